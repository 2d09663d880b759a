using Orleans.Multiplex.Cluster.Tests.Control;
using Orleans.Multiplex.Telemetry.Journal;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Telemetry;

/// <summary>What a cluster tells of what happens in it.</summary>
public sealed class EventTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();

    public EventTests()
    {
        foreach (var model in new[] { "a", "b", "c", "d" })
        {
            _folder.Add(model);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Eviction_SaysForWhichModelAndWhyThisOne()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 2);
        await cluster.InferAsync("a");
        await cluster.InferAsync("b");
        await cluster.InferAsync("a");
        await cluster.InferAsync("c");

        var evicted = await FindAsync(cluster, ClusterEventKind.Evicted, "b");

        Assert.Equal("quota", evicted.Reason);
        Assert.Contains("'c' needed room within the quota of 2 models of pool 'Inference'", evicted.Message, StringComparison.Ordinal);
        Assert.Contains("longest time", evicted.Message, StringComparison.Ordinal);
        Assert.Equal(1, evicted.Version);
        Assert.NotNull(evicted.Took);
    }

    [Fact]
    public async Task Load_ItsPlacementComesBeforeItAndTheModelsReportHasBoth()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2);
        await cluster.InferAsync("a");
        var loaded = await FindAsync(cluster, ClusterEventKind.Loaded, "a");

        var report = await cluster.Sdk.GetModelAsync("a", Waiting.Token);

        Assert.Equal([ClusterEventKind.Loaded, ClusterEventKind.Placed], report.Events.Select(static one => one.Kind));
        Assert.Equal(loaded.Silo, report.Events[1].Reason);
        Assert.Contains("Chosen: has room", report.Events[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadThatFails_SaysWhy()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);
        _engine.FailInspect = static () => new ModelLoadFailedException("a", "it has no head");
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.InferAsync("a"));

        var failed = await FindAsync(cluster, ClusterEventKind.LoadFailed, "a");
        var refused = await FindAsync(cluster, ClusterEventKind.Refused, "a");

        Assert.Equal(("broken", "load_failed"), (failed.Reason, refused.Reason));
        Assert.Contains("it has no head", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Position_ReadOn_MissesNothingAndRepeatsNothing()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2, maxModels: 1);
        var seen = new List<ClusterEvent>();
        var page = await cluster.Sdk.GetEventsAsync(last: 0, cancellationToken: Waiting.Token);
        Assert.Empty(page.Events);
        for (var i = 0; i < 12; i++)
        {
            await cluster.InferAsync(new[] { "a", "b", "c", "d" }[i % 4]);
            page = await cluster.Sdk.GetEventsAsync(page.Position, cancellationToken: Waiting.Token);
            seen.AddRange(page.Events);
        }

        var all = (await cluster.Sdk.GetEventsAsync(last: 1000, cancellationToken: Waiting.Token)).Events
            .Where(static one => one.Kind is ClusterEventKind.Loaded or ClusterEventKind.Evicted or ClusterEventKind.Placed).ToList();
        seen.AddRange((await cluster.Sdk.GetEventsAsync(page.Position, cancellationToken: Waiting.Token)).Events);

        Assert.True(all.Count >= 20, $"Only {all.Count} events.");
        Assert.Equal(Names(all), Names(seen.Take(all.Count)));
        Assert.Equal(seen.Count, Names(seen).Distinct().Count());

        static IEnumerable<string> Names(IEnumerable<ClusterEvent> events) => events.Select(static one => $"{one.Silo} {one.Sequence}").Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Position_ThatIsNone_IsRefused()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder);

        await Assert.ThrowsAsync<InvalidEventPositionException>(() => cluster.Sdk.GetEventsAsync("?", cancellationToken: Waiting.Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => cluster.Sdk.GetEventsAsync(last: 1001, cancellationToken: Waiting.Token));
    }

    [Fact]
    public async Task Silos_ThatComeAndGo_AreToldOnce()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 3);
        var leaving = cluster.Inner.Silos[2].Name;
        var position = (await cluster.Sdk.GetEventsAsync(cancellationToken: Waiting.Token)).Position;

        await cluster.Inner.Inner.StopSiloAsync(cluster.Inner.Silos[2], Waiting.Token).Soon();
        await FindAsync(cluster, ClusterEventKind.SiloLeft);
        await cluster.Inner.Inner.StartAdditionalSiloAsync().Soon();
        var joined = cluster.Inner.Silos[^1].Name;
        await Waiting.UntilAsync(() => cluster.Inner.Get<SiloJournal>(2).Read(0, 10).Events is [{ Kind: ClusterEventKind.SiloJoined }, ..]);

        var told = (await cluster.Sdk.GetEventsAsync(position, cancellationToken: Waiting.Token)).Events;
        Assert.Equal(
            [(ClusterEventKind.SiloLeft, leaving), (ClusterEventKind.SiloJoined, joined)],
            told.Where(static one => one.Kind is ClusterEventKind.SiloDied or ClusterEventKind.SiloLeft or ClusterEventKind.SiloJoined).Select(static one => (one.Kind, one.Reason)));
    }

    private static async Task<ClusterEvent> FindAsync(StoreCluster cluster, ClusterEventKind kind, string? model = null)
    {
        var page = await Waiting.UntilAsync(
            () => cluster.Sdk.GetEventsAsync(last: 1000, cancellationToken: Waiting.Token),
            page => Find(page) is not null,
            page => $"{kind}: {string.Join('\n', page.Events.Select(static one => $"{one.Silo} {one.Kind} {one.Message}"))}");
        return Find(page)!;

        ClusterEvent? Find(ClusterEventPage page) => page.Events.LastOrDefault(one => one.Kind == kind && (model ?? one.Model) == one.Model);
    }
}
