using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.Benchmarks.Serving.Servers;

/// <summary>The servers of a run, each started when it is first needed. One that gets no load does next to nothing.</summary>
internal sealed class ServerSet(ServedModels models) : IAsyncDisposable
{
    private const string BareProject = "test/Orleans.Multiplex.Benchmarks.Bare/Orleans.Multiplex.Benchmarks.Bare";
    private const string GatewayProject = "gateway/Orleans.Multiplex.Gateway";
    private const string SiloProject = "silo/Orleans.Multiplex.Silo";

    private readonly Dictionary<ServerKind, Server> _started = [];
    private Watchers? _watchers;

    public async Task<Server> GetAsync(ServerKind kind)
    {
        if (!_started.TryGetValue(kind, out var server))
        {
            _started.Add(kind, server = await StartAsync(kind));
        }

        return server;
    }

    /// <summary>A gateway of its own with other models.</summary>
    /// <param name="folder">The folder of them.</param>
    public static Task<Server> StartGatewayAsync(string folder) => StartGatewayAsync(folder, ServerKind.Gateway);

    public async ValueTask DisposeAsync()
    {
        try
        {
            // First: they watch what is disposed next.
            if (_watchers is not null)
            {
                await _watchers.DisposeAsync();
            }
        }
        finally
        {
            foreach (var server in _started.Values)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static async Task<Server> StartGatewayAsync(string folder, ServerKind kind, params string[] settings) =>
        new(kind, await HostProcess.StartAsync(GatewayProject, "gateway", [.. HostProcess.AnyPorts, $"--Multiplex:Models={folder}", .. settings]));

    private async Task<Server> StartWatchedAsync(ServerKind kind, string metrics)
    {
        _watchers ??= new Watchers();

        // By themselves metrics are sent every minute; here so often that they are sent while it is measured, and not for the first time then.
        var server = await StartGatewayAsync(
            models.Folder,
            kind,
            $"--OTEL_METRICS_EXPORTER={metrics}",
            $"--OTEL_EXPORTER_OTLP_ENDPOINT={_watchers.Collector}",
            "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            "--OTEL_METRIC_EXPORT_INTERVAL=5000");
        _watchers.Watch(server.Front);
        return server;
    }

    private async Task<Server> StartAsync(ServerKind kind) => kind switch
    {
        ServerKind.Bare => await StartBareAsync(kind, runsAtOnce: 0),
        ServerKind.BareBounded => await StartBareAsync(kind, Environment.ProcessorCount),
        ServerKind.Gateway => await StartGatewayAsync(models.Folder),
        ServerKind.Cluster => await StartClusterAsync(),
        ServerKind.Watched => await StartWatchedAsync(kind, "prometheus"),
        ServerKind.WatchedTwice => await StartWatchedAsync(kind, "prometheus,otlp"),
        ServerKind.Unwatched or ServerKind.UnwatchedToo => await StartGatewayAsync(models.Folder, kind, "--Multiplex:Dashboard:Orleans=false", "--OTEL_SDK_DISABLED=true"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private async Task<Server> StartBareAsync(ServerKind kind, int runsAtOnce) => new(kind, await HostProcess.StartServerAsync(
        BareProject,
        "bare",
        [.. HostProcess.AnyPorts, "--Kestrel:Endpoints:Grpc:Protocols=Http2", $"--models={models.Folder}", $"--runs={runsAtOnce}"]));

    private async Task<Server> StartClusterAsync()
    {
        // As the README has it, and a cluster of its own for this run.
        string[] settings = ["--Multiplex:Cluster:Provider=Localhost", $"--Multiplex:Cluster:Directory={Path.Combine(models.Beside, "cluster")}"];
        var silo = await HostProcess.StartAsync(SiloProject, "silo", [.. settings, $"--Multiplex:Models={models.Folder}", "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0"]);
        try
        {
            var front = await HostProcess.StartAsync(GatewayProject, "gateway of the cluster", [.. settings, .. HostProcess.AnyPorts]);
            using var http = front.CreateClient();
            using var ready = await http.GetAsync($"/v2/models/{models.Tiny.Id}");
            ready.EnsureSuccessStatusCode();
            return new Server(ServerKind.Cluster, front, silo);
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }
}
