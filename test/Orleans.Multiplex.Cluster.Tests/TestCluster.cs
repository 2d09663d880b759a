using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Multiplex.Residency;
using Orleans.TestingHost;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>A cluster in this process, with fake models.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private TestCluster(InProcessTestCluster cluster) => _cluster = cluster;

    public IClusterClient Client => _cluster.Client;

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    public InProcessTestCluster Inner => _cluster;

    public static async Task<TestCluster> StartAsync(
        int silos = 1, Action<MultiplexOptions>? configure = null, Action<ISiloBuilder>? configureSilo = null, TimeProvider? time = null, RecordedLog? log = null)
    {
        var builder = new InProcessTestClusterBuilder((short)silos);
        var gates = new FakeGates();
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(gates).AddSingleton<FakeModelHost>();
            if (time is not null)
            {
                silo.Services.AddSingleton(time);
                silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            }

            silo.AddMultiplex(options => configure?.Invoke(options));
            configureSilo?.Invoke(silo);
        });
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Logging.ClearProviders();
            if (log is not null)
            {
                host.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug);
            }
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new TestCluster(cluster);
    }

    public IFakeGrain Grain(string id) => Client.GetGrain<IFakeGrain>(id);

    public FakeModelHost Models(int silo = 0) => Get<FakeModelHost>(silo);

    public FakeGates Gates => Get<FakeGates>(0);

    public T Get<T>(int silo = 0)
        where T : notnull => Silos[silo].ServiceProvider.GetRequiredService<T>();

    internal IEnumerable<string> Resident(int silo = 0) => Get<ResidencyLedger>(silo)
        .Snapshot()
        .Where(resident => resident.State == ResidentState.Ready)
        .OrderBy(resident => resident.LastUse)
        .Select(resident => resident.Key.ModelId);

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();
}
