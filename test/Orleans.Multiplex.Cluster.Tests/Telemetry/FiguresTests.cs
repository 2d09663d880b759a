using Orleans.Multiplex.Cluster.Tests.Control;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Telemetry;

/// <summary>What silos count of what they do.</summary>
public sealed class FiguresTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();

    public FiguresTests()
    {
        foreach (var model in new[] { "a", "b", "c" })
        {
            _folder.Add(model);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Silo_HitsColdStartsLoadsAndEvictions_AreCounted()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 2);
        foreach (var model in new[] { "a", "a", "a", "b", "c", "a" })
        {
            await cluster.InferAsync(model);
        }

        await Waiting.UntilAsync(() => cluster.Ready().Length == 2);
        var figures = (await SiloAsync(cluster)).Figures!;

        Assert.Equal((2, 4, 4, 0, 0), (figures.Hits, figures.ColdStarts, figures.Loaded, figures.Failed, figures.Refused));
        await Waiting.UntilAsync(() => cluster.Inner.Get<Multiplex.Telemetry.Figures.SiloCounters>()[Multiplex.Telemetry.Figures.Counted.Evicted] == 2);
        Assert.Equal(1 / 3d, figures.HitRatio!.Value, precision: 6);
        Assert.NotEqual("", figures.Version);
    }

    [Fact]
    public async Task Silo_FailedLoad_CountsAndItsRequestsAreRefusals()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);
        _engine.FailInspect = static () => new ModelLoadFailedException("a", "broken");
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.InferAsync("a"));
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.InferAsync("a"));

        var figures = (await SiloAsync(cluster)).Figures!;

        Assert.Equal((1, 2, 0), (figures.LoadsFailed, figures.Refused, figures.Failed));
        Assert.Null(figures.HitRatio);
    }

    [Fact]
    public async Task Silo_TheOneThatGoesNext_IsMarkedAndNoPinnedOne()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 3);
        await cluster.InferAsync("a");
        await cluster.InferAsync("b");
        await cluster.InferAsync("c");
        Assert.Equal("a", await NextAsync());

        await cluster.InferAsync("a");
        Assert.Equal("b", await NextAsync());

        await cluster.Sdk.PinAsync("b", Waiting.Token).Soon();
        Assert.Equal("c", await NextAsync());

        async Task<string> NextAsync() => Assert.Single((await SiloAsync(cluster)).Pools.Single(static pool => pool.Pool == "Inference").Models, static model => model.IsNextVictim).Model;
    }

    [Fact]
    public async Task Model_ItsLastRequests_SayWhereTheTimeWent()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder);
        for (var i = 0; i < 100; i++)
        {
            await cluster.InferAsync("a");
        }

        var latency = Assert.Single((await cluster.Sdk.GetModelAsync("a", Waiting.Token)).Latencies);

        Assert.Equal((64, 1L), (latency.Requests, latency.Version));
        Assert.Equal(TimeSpan.Zero, latency.Load.P99);
        Assert.True(latency.Total.P50 > TimeSpan.Zero && latency.Total.P50 <= latency.Total.P99, $"{latency.Total}");
        Assert.Empty((await cluster.Sdk.GetModelAsync("b", Waiting.Token)).Latencies);
    }

    [Fact]
    public async Task History_OfEachSilo_HasWhatItCounted()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2);
        await cluster.InferAsync("a");
        await cluster.InferAsync("a");

        var histories = await Waiting.UntilAsync(
            () => cluster.Sdk.GetHistoryAsync(cancellationToken: Waiting.Token), static all => all.Sum(static one => one.Slots.Sum(static slot => slot.Hits + slot.ColdStarts)) == 2);

        Assert.Equal(2, histories.Length);
        Assert.Equal((1, 1), (histories.Sum(static one => one.Slots.Sum(static slot => slot.Hits)), histories.Sum(static one => one.Slots.Sum(static slot => slot.ColdStarts))));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => cluster.Sdk.GetHistoryAsync(0, Waiting.Token));
    }

    private static async Task<SiloResidency> SiloAsync(StoreCluster cluster) => Assert.Single(await cluster.Sdk.GetSilosAsync(Waiting.Token));
}
