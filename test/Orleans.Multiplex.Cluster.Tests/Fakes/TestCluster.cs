using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Residency;
using Orleans.TestingHost;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>A cluster in this process, with fake models.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private TestCluster(InProcessTestCluster cluster, EventLog log, FakeGates gates, DirectoryInfo cache)
    {
        _cluster = cluster;
        Cache = cache;
        Log = log;
        Gates = gates;
    }

    public IClusterClient Client => _cluster.Client;

    public IMultiplexClient Sdk => Client.ServiceProvider.GetRequiredService<IMultiplexClient>();

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    public InProcessTestCluster Inner => _cluster;

    /// <summary>Where the silos, as those of one machine, keep the files of the store's models.</summary>
    public DirectoryInfo Cache { get; }

    public EventLog Log { get; }

    public FakeGates Gates { get; }

    /// <param name="silos">How many silos.</param>
    /// <param name="routing">How many of them, the last ones, hold no models.</param>
    /// <param name="time">The clock of the silos; their messaging and membership keep the real one.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <param name="configureSilo">Changes a silo, after multiplexing was added.</param>
    /// <param name="configureClient">Changes the settings of the SDK.</param>
    /// <param name="classes">The on-demand classes that this cluster has.</param>
    public static async Task<TestCluster> StartAsync(
        int silos = 1,
        int routing = 0,
        FakeTimeProvider? time = null,
        Action<MultiplexOptions>? configure = null,
        Action<ISiloBuilder>? configureSilo = null,
        Action<MultiplexClientOptions>? configureClient = null,
        params Type[] classes)
    {
        var builder = new InProcessTestClusterBuilder((short)silos);
        var gates = new FakeGates();
        var cache = Directory.CreateTempSubdirectory("multiplex-test-cache-");
        var log = new EventLog();
        builder.ConfigureSilo((options, silo) =>
        {
            var index = int.Parse(options.SiloName["Silo_".Length..], CultureInfo.InvariantCulture);
            silo.Services.AddSingleton(gates).AddSingleton<FakeModelHost>();
            silo.Services.Configure<GrainTypeOptions>(types => types.Classes.RemoveWhere(
                type => type.GetCustomAttribute<OnDemandAttribute>() is not null && !classes.Contains(type)));
            if (time is not null)
            {
                silo.Services.AddSingleton<TimeProvider>(time);
                silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            }

            // A dead silo is noticed within seconds.
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = TimeSpan.FromSeconds(1);
                membership.NumMissedProbesLimit = 2;
                membership.MaxProbeTimeout = TimeSpan.FromSeconds(2);
            });
            if (index < silos - routing || index >= silos)
            {
                silo.AddMultiplex(options =>
                {
                    options.Cache.Path = cache.FullName;
                    configure?.Invoke(options);
                });
            }
            else
            {
                silo.AddMultiplexRouting(options => configure?.Invoke(options));
            }

            configureSilo?.Invoke(silo);
        });
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Logging.ClearProviders();
            host.Logging.SetMinimumLevel(LogLevel.Debug);
            host.Services.AddSingleton<ILoggerProvider>(_ => new RecordedLog(log));
        });
        builder.ConfigureClient(client => client.AddMultiplexClient(configureClient));
        var cluster = builder.Build();
        try
        {
            await cluster.DeployAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await cluster.DisposeAsync();
            cache.Delete(recursive: true);
            throw;
        }

        return new TestCluster(cluster, log, gates, cache);
    }

    public IFakeGrain Grain(string id) => Grain<IFakeGrain>(id);

    public TGrain Grain<TGrain>(string id)
        where TGrain : IGrainWithStringKey => Client.GetGrain<TGrain>(id);

    /// <summary>The grain as a caller inside a silo sees it.</summary>
    public TGrain GrainFrom<TGrain>(int silo, string id)
        where TGrain : IGrainWithStringKey => Get<IGrainFactory>(silo).GetGrain<TGrain>(id);

    public Task<string> CallAsync(string id) => Grain(id).CallAsync(TestContext.Current.CancellationToken);

    public Task<string> WhereAsync(string id) => Grain(id).WhereAsync(TestContext.Current.CancellationToken);

    public FakeModelHost Models(int silo = 0) => Get<FakeModelHost>(silo);

    public T Get<T>(int silo = 0)
        where T : notnull => Silos[silo].ServiceProvider.GetRequiredService<T>();

    public int IndexOf(string siloName) => Silos.ToList().FindIndex(silo => silo.ServiceProvider.GetRequiredService<ILocalSiloDetails>().Name == siloName);

    /// <summary>The models that answer on a silo, least recently used first.</summary>
    public IEnumerable<string> Resident(int silo = 0) => Residents(silo)
        .Where(resident => resident.State == ResidentState.Ready)
        .OrderBy(resident => resident.LastUse)
        .Select(resident => resident.Key.GetName(isOneOfSeveral: true));

    /// <summary>The loads and unloads of all silos together.</summary>
    public int CountEvents(string prefix) => Enumerable.Range(0, Silos.Count)
        .Sum(silo => Models(silo).Events.All.Count(one => one.StartsWith(prefix, StringComparison.Ordinal)));

    /// <summary>What the pool is charged on a silo, claims included.</summary>
    public int Charged(int silo = 0, string pool = "Fake") =>
        Get<SiloQuota>(silo).GetChargedModels(Get<SiloQuota>(silo).Pools.Single(one => one.Name == pool));

    /// <summary>Unloads a model, as an operator would.</summary>
    public Task EvictAsync(int silo, string key) =>
        Get<EvictionService>(silo).EvictAsync(Residents(silo).Single(resident => resident.Key.GetName(isOneOfSeveral: true) == key), EvictionReason.Operator);

    /// <summary>Gives every silo the news of all others as they are now, without waiting for the publishers.</summary>
    public void TellAll()
    {
        var rows = Silos.Select(silo => silo.ServiceProvider.GetService<ResidencyPublisher>()).OfType<ResidencyPublisher>().Select(publisher => publisher.GetRow()).ToList();
        foreach (var view in Enumerable.Range(0, Silos.Count).Select(Get<ClusterResidencyView>))
        {
            rows.ForEach(view.Update);
        }
    }

    /// <summary>Whether a load waits for room.</summary>
    public bool IsRoomAwaited(int silo = 0) => Get<SiloQuota>(silo).HasWaiting;

    public async ValueTask DisposeAsync()
    {
        Gates.OpenAll();
        await _cluster.DisposeAsync();
        Cache.Delete(recursive: true);
    }

    internal IReadOnlyList<Resident> Residents(int silo = 0) => Get<ResidencyLedger>(silo).Snapshot();

    internal IReadOnlyList<ModelAttachment> Loose(int silo = 0) => [.. Get<ModelAttachments>(silo).Loose];
}
