using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.Conformance.Tests.Calls;

/// <summary>The gateway as a process of its own that holds models itself, with a client for each way to call it.</summary>
internal sealed class ServedModels : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-conformance-");

    // Its own, so that a client that comes upon the silo of another gateway on the machine is refused and not answered.
    private readonly string _clusterId = $"conformance-{Guid.NewGuid():N}";
    private IHost? _client;

    public HostProcess Gateway { get; private set; } = null!;

    public HttpCaller Http { get; private set; } = null!;

    public GrpcCaller Grpc { get; private set; } = null!;

    public IMultiplexClient Sdk { get; private set; } = null!;

    private string Models => Path.Combine(_folder.FullName, "models");

    public static async Task<ServedModels> StartAsync(
        IEnumerable<(string Id, byte[] File)> models, int maxModels, CancellationToken cancellationToken)
    {
        var served = new ServedModels();
        try
        {
            foreach (var (id, file) in models)
            {
                var folder = Directory.CreateDirectory(Path.Combine(served.Models, id));
                await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "model.onnx"), file, cancellationToken);
            }

            await served.StartAsync(maxModels, cancellationToken);
            return served;
        }
        catch
        {
            await served.DisposeAsync();
            throw;
        }
    }

    /// <summary>The number of models that the gateway's silo has reserved room for.</summary>
    public async Task<int> GetChargedAsync(CancellationToken cancellationToken)
    {
        var silos = await Http.GetAsync("/multiplex/silos", cancellationToken);
        return silos.GetProperty("silos").EnumerateArray().Single().GetProperty("pools").EnumerateArray()
            .Single(pool => pool.GetProperty("pool").GetString() == "Inference")
            .GetProperty("chargedModels").GetInt32();
    }

    /// <summary>How many lines of the gateway's log have a text.</summary>
    public int CountLogged(string text) => Gateway.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        Grpc?.Dispose();
        if (_client is not null)
        {
            await _client.StopAsync();
            _client.Dispose();
        }

        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task StartAsync(int maxModels, CancellationToken cancellationToken)
    {
        Gateway = await HostProcess.StartAsync(
            "gateway/Orleans.Multiplex.Gateway",
            "gateway",
            [
                $"--Multiplex:Models={Models}",
                $"--Multiplex:MaxModelsPerSilo={maxModels}",
                $"--Multiplex:Cluster:ClusterId={_clusterId}",
                $"--Multiplex:Cluster:Directory={Path.Combine(_folder.FullName, "cluster")}",
                .. HostProcess.AnyPorts,
            ]);
        Http = new HttpCaller(Gateway.CreateClient());
        Grpc = new GrpcCaller(Gateway.GrpcAddress!);

        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, Gateway.GatewayPort));
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (_clusterId, _clusterId));
            client.AddMultiplexClient();
        });
        _client = builder.Build();
        await _client.StartAsync(cancellationToken);
        Sdk = _client.Services.GetRequiredService<IMultiplexClient>();
    }
}
