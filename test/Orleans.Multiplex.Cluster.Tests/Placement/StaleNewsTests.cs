using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class StaleNewsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(-1)]
    public async Task Call_WithAnAddressFromBeforeTheEviction_GoesToASiloWithRoom(int caller)
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3, time: new FakeTimeProvider());
        Task<string> WhereAsync(string id) => (caller < 0 ? cluster.Grain(id) : cluster.GrainFrom<IFakeGrain>(caller, id)).WhereAsync(Waiting.Token).Soon();
        var holders = new Dictionary<string, string>();
        foreach (var id in Enumerable.Range(0, 6).Select(i => $"m{i}"))
        {
            cluster.TellAll();
            holders[id] = await WhereAsync(id);
        }

        // The old silo of m0 is full again, another one has room.
        var old = holders["m0"];
        await cluster.EvictAsync(cluster.IndexOf(old), "m0").Soon();
        cluster.TellAll();
        Assert.Equal(old, await WhereAsync("filler"));
        var (other, free) = holders.First(pair => pair.Value != old);
        await cluster.EvictAsync(cluster.IndexOf(free), other).Soon();
        cluster.TellAll();

        Assert.Equal(free, await WhereAsync("m0"));
        Assert.Equal((8, 2), (cluster.CountEvents("load"), cluster.CountEvents("unload")));
    }

    [Fact]
    public async Task Call_WhenAllNewsAreWrong_IsPassedOnAFewTimesAtMostAndServed()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2, time: new FakeTimeProvider(), configure: options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 });
        cluster.TellAll();
        await cluster.CallAsync("a").Soon();
        cluster.TellAll();
        await cluster.CallAsync("b").Soon();
        Assert.Equal([1, 1], [cluster.Charged(0), cluster.Charged(1)]);

        // Each silo believes, and nothing will change its mind, that the other one is empty.
        foreach (var (silo, other) in new[] { (0, 1), (1, 0) })
        {
            var row = cluster.Get<ResidencyPublisher>(other).GetRow();
            cluster.Get<ClusterResidencyView>(silo).Update(row with
            {
                Sequence = long.MaxValue,
                Pools = [.. row.Pools.Select(pool => pool with { ChargedModels = -1_000_000 })],
            });
        }

        foreach (var id in new[] { "c", "d", "e" })
        {
            Assert.Equal(id, await cluster.CallAsync(id).Soon());
            Assert.Equal(id, await cluster.GrainFrom<IFakeGrain>(0, id).CallAsync(Waiting.Token).Soon());
            Assert.InRange(cluster.Log.All.Count(message => message.Contains($"Passed model '{id}' on", StringComparison.Ordinal)), 1, 4);
        }

        Assert.Equal([1, 1], [cluster.Models(0).MaxLive, cluster.Models(1).MaxLive]);
    }

    [Fact]
    public async Task Calls_FromEverywhereWhileModelsComeAndGo_AlwaysAnswer()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3);
        for (var round = 0; round < 30; round++)
        {
            var ids = Enumerable.Range(0, 8).Select(i => $"m{((round * 3) + i) % 10}").ToList();
            var answers = await Task.WhenAll(ids.Select((id, i) => i % 4 == 3
                ? cluster.CallAsync(id)
                : cluster.GrainFrom<IFakeGrain>(i % 4, id).CallAsync(Waiting.Token))).Soon();
            Assert.Equal(ids, answers);
        }

        Assert.All(Enumerable.Range(0, 3), silo => Assert.InRange(cluster.Models(silo).MaxLive, 1, 2));
    }
}
