using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Multiplex.Testing.Onnx;

namespace Orleans.Multiplex.Testing.Processes;

/// <summary>Silos and a gateway as processes of their own, in a cluster of their own, with a folder of models that tell who they are.</summary>
public sealed class ProcessCluster : IAsyncDisposable
{
    public const string Silo = "silo/Orleans.Multiplex.Silo";
    public const string OwnModels = "test/Orleans.Multiplex.OwnModels/Orleans.Multiplex.OwnModels";
    public const string Gateway = "gateway/Orleans.Multiplex.Gateway";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-processes-");
    private readonly List<IHost> _clients = [];
    private readonly List<HostProcess> _silos = [];
    private readonly string[] _settings;

    private ProcessCluster(string[] settings)
    {
        _settings =
        [
            "--Multiplex:Cluster:Provider=Localhost",
            $"--Multiplex:Cluster:ClusterId={ClusterId}",
            $"--Multiplex:Cluster:Directory={Path.Combine(_folder.FullName, "cluster")}",
            "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0",
            .. settings,
        ];
        Directory.CreateDirectory(Models);
    }

    public string ClusterId { get; } = $"test-{Guid.NewGuid():N}"[..20];

    public string Models => Path.Combine(_folder.FullName, "models");

    public IReadOnlyList<HostProcess> Silos => _silos;

    public HostProcess Front { get; private set; } = null!;

    public static async Task<ProcessCluster> StartAsync(int silos, string executable, params string[] settings)
    {
        var cluster = new ProcessCluster(settings);
        try
        {
            for (var i = 0; i < silos; i++)
            {
                await cluster.AddSiloAsync(executable);
            }

            cluster.Front = await HostProcess.StartAsync(Gateway, "gateway", [.. cluster._settings, .. HostProcess.AnyPorts]);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task<HostProcess> AddSiloAsync(string executable)
    {
        var silo = await HostProcess.StartAsync(executable, $"silo {Silos.Count}", [.. _settings, $"--Multiplex:Models={Models}"]);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Puts a model into the store that answers x·1 + <paramref name="number"/>, so that each answer tells whose it is.</summary>
    public void AddModel(int number) => AddModel(number.ToString(CultureInfo.InvariantCulture), TestModels.Affine(1, number));

    public void AddModel(string id, byte[] content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Models, id));
        File.WriteAllBytes(Path.Combine(folder.FullName, "model.onnx"), content);
    }

    /// <summary>An Orleans client in this process, connected to a silo that is no gateway.</summary>
    public Task<IHost> ConnectAsync(params IEnumerable<HostProcess> silos) => ConnectAsync(static _ => { }, silos);

    /// <summary>The same of a client that is configured further.</summary>
    public async Task<IHost> ConnectAsync(Action<IClientBuilder> configure, params IEnumerable<HostProcess> silos)
    {
        var endpoints = silos.Select(silo => new IPEndPoint(IPAddress.Loopback, silo.GatewayPort)).ToArray();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(endpoints);
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (ClusterId, ClusterId));
            client.AddMultiplexClient();
            configure(client);
        });
        var host = builder.Build();
        await host.StartAsync();
        _clients.Add(host);
        return host;
    }

    /// <summary>Asks model <paramref name="number"/> through the gateway, and returns what it added.</summary>
    public static async Task<(HttpStatusCode Status, double? Added, string Silo)> InferAsync(HttpClient http, int number, double x = 1)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("serve_multiplexed_model_id", number.ToString(CultureInfo.InvariantCulture));
        var row = Enumerable.Repeat(x, 4);
        request.Content = JsonContent.Create(new { inputs = new[] { new { name = "x", datatype = "FP32", shape = new[] { 1, 4 }, data = row } } });
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        var added = response.IsSuccessStatusCode ? body.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble() - x : (double?)null;
        return (response.StatusCode, added, response.Headers.TryGetValues("x-multiplex-silo", out var silo) ? silo.Single() : "");
    }

    /// <summary>The models that each silo holds ready, as the gateway reports them: of the store, or of a pool of own classes.</summary>
    public Task<Dictionary<string, string[]>> GetResidentsAsync(string pool = "Inference") =>
        ReadPoolsAsync(pool, one => one.GetProperty("models").EnumerateArray()
            .Where(model => model.GetProperty("state").GetString() == "ready")
            .Select(model => model.GetProperty("model").GetString()!)
            .ToArray());

    /// <summary>The models that each silo has reserved room for.</summary>
    public Task<Dictionary<string, int>> GetChargedAsync(string pool = "Inference") =>
        ReadPoolsAsync(pool, one => one.GetProperty("chargedModels").GetInt32());

    /// <summary>How much a model of the store is in use, on all silos.</summary>
    public async Task<int> GetInFlightAsync(string model)
    {
        using var http = Front.CreateClient();
        var report = await http.GetFromJsonAsync<JsonElement>($"/multiplex/models/{model}");
        return report.GetProperty("locations").EnumerateArray().Sum(location => location.GetProperty("inFlight").GetInt32());
    }

    /// <summary>Waits, for a minute at most, until so many silos report themselves to each other.</summary>
    public async Task WaitForSilosAsync(int count, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while ((await GetChargedAsync()).Count != count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
    }

    private async Task<Dictionary<string, T>> ReadPoolsAsync<T>(string pool, Func<JsonElement, T> read)
    {
        using var http = Front.CreateClient();
        var silos = (await http.GetFromJsonAsync<JsonElement>("/multiplex/silos")).GetProperty("silos");
        return silos.EnumerateArray().ToDictionary(
            silo => silo.GetProperty("silo").GetString()!,
            silo => read(silo.GetProperty("pools").EnumerateArray().Single(one => one.GetProperty("pool").GetString() == pool)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.StopAsync();
            client.Dispose();
        }

        foreach (var process in Silos.Append(Front).Where(process => process is not null))
        {
            await process.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
