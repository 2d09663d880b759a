using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.Chaos;

/// <summary>Silos and gateways as processes of their own, with a real Redis and a real S3 server.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    /// <summary>The models in the store; the silos together have places for fewer.</summary>
    public const int Models = 200;

    private const int ModelsPerSilo = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<HostProcess> _silos = [];
    private readonly List<HostProcess> _gateways = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-chaos-");
    private int _started;

    private ChaosCluster(ServiceScript redis, S3Server store, ModelBucket bucket) => (Redis, Store, Bucket) = (redis, store, bucket);

    public ServiceScript Redis { get; }

    public S3Server Store { get; }

    public ModelBucket Bucket { get; }

    public IReadOnlyList<HostProcess> Silos => _silos;

    public IReadOnlyList<HostProcess> Gateways => _gateways;

    public static async Task<ChaosCluster> StartAsync(CancellationToken cancellationToken)
    {
        var redis = await ServiceScript.StartAsync("redis");
        var store = await S3Server.StartAsync();
        var cluster = new ChaosCluster(redis, store, new ModelBucket(store));
        try
        {
            await cluster.Bucket.FillAsync(Models, cancellationToken);
            for (var i = 0; i < 3; i++)
            {
                await cluster.AddSiloAsync();
            }

            await cluster.AddGatewayAsync();
            await cluster.AddGatewayAsync();
            await cluster.WaitForSilosAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task<HostProcess> AddSiloAsync()
    {
        var silo = await HostProcess.StartAsync(
            "silo/Orleans.Multiplex.Silo",
            $"silo {++_started}",
            [
                .. Settings(),
                "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0",
                $"--Multiplex:Models={ModelBucket.Address}",
                $"--Multiplex:S3:ServiceUrl={Store.Address.AbsoluteUri}",
                $"--Multiplex:MaxModelsPerSilo={ModelsPerSilo}",
                "--Multiplex:MaxBytesPerSilo=1GiB",
                "--Multiplex:Versions:RefreshInterval=00:00:01",
            ]);
        _silos.Add(silo);
        return silo;
    }

    public async Task AddGatewayAsync() => _gateways.Add(await HostProcess.StartAsync("gateway/Orleans.Multiplex.Gateway", $"gateway {++_started}", [.. Settings(), .. HostProcess.AnyPorts]));

    /// <summary>It has ended, or will: nobody counts on it any more.</summary>
    public void Forget(HostProcess process)
    {
        _silos.Remove(process);
        _gateways.Remove(process);
    }

    /// <summary>Waits until the gateways see the silos that there are, and no others.</summary>
    public async Task WaitForSilosAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        while (!(await ReportAsync(patience.Token)).Select(static silo => silo.Silo).Order(StringComparer.Ordinal).SequenceEqual(
            _silos.Select(static silo => silo.SiloName).Order(StringComparer.Ordinal)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>What each silo has reserved places for, and what it has.</summary>
    public async Task<IReadOnlyList<SiloAccount>> ReportAsync(CancellationToken cancellationToken)
    {
        using var http = _gateways[0].CreateClient();
        var report = await http.GetFromJsonAsync<JsonElement>("/multiplex/silos", cancellationToken);
        return
        [
            .. from silo in report.GetProperty("silos").EnumerateArray()
               let pool = silo.GetProperty("pools")[0]
               let ready = pool.GetProperty("models").EnumerateArray().Where(static model => model.GetProperty("state").GetString() == "ready").ToList()
               select new SiloAccount(
                   silo.GetProperty("silo").GetString()!,
                   pool.GetProperty("chargedModels").GetInt32(),
                   ready.Count,
                   [.. ready.Select(static model => int.Parse(model.GetProperty("model").GetString()!.Split('@')[0], CultureInfo.InvariantCulture))]),
        ];
    }

    /// <summary>The processes that have ended although nobody ended them.</summary>
    public IEnumerable<string> FindEnded() => _silos.Concat(_gateways).Where(static process => process.HasEnded).Select(static process => $"{process.Name} has ended by itself: {string.Join(" ", process.Lines.TakeLast(3))}");

    /// <summary>
    /// Waits until the cluster's membership has no silo of a name any more. A report leaves one out that does not answer, member or not; who asks for one that is not there is told
    /// which ones are.
    /// </summary>
    public async Task WaitUntilGoneAsync(string silo, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var http = _gateways[0].CreateClient();
        http.DefaultRequestHeaders.Add("x-multiplex-control", "1");
        var members = $"'{silo}'";
        while (members.Contains($"'{silo}'", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
            members = await AskForMembersAsync(http, patience.Token) ?? members;
        }
    }

    // Whom it asks may be the one that is lost: not for longer than a moment.
    private static async Task<string?> AskForMembersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        moment.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            using var response = await http.PostAsync(new Uri("/multiplex/silos/nobody/drain", UriKind.Relative), null, moment.Token);
            return response.StatusCode == HttpStatusCode.NotFound ? await response.Content.ReadAsStringAsync(moment.Token) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _gateways.Concat(_silos))
        {
            await process.DisposeAsync();
        }

        Bucket.Dispose();
        await Store.DisposeAsync();
        await Redis.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string[] Settings() =>
    [
        "--Multiplex:Cluster:Provider=Redis",
        $"--Multiplex:Cluster:ConnectionString={Redis.Values["REDIS"]}",
        $"--Multiplex:Cluster:Directory={Path.Combine(_folder.FullName, "ports")}",
    ];
}
