using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class SpreadTests
{
    [Fact]
    public async Task Models_WhileThereIsRoom_GoToTheLeastFullSilo()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3, time: new FakeTimeProvider());

        for (var i = 0; i < 6; i++)
        {
            cluster.TellAll();
            await cluster.CallAsync($"m{i}").Soon();
            var charged = Charged(cluster);
            Assert.True(charged.Max() - charged.Min() <= 1, string.Join(",", charged));
        }

        Assert.Equal([2, 2, 2], Charged(cluster));
        Assert.Equal(0, cluster.CountEvents("unload"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Burst_OfAsManyModelsAsThereArePlaces_LoadsEachOnceAndEvictsNone(bool haveNews)
    {
        // The clock stands still, so that the silos tell nothing during the burst.
        await using var cluster = await TestCluster.StartAsync(silos: 3, time: new FakeTimeProvider(), configure: Quota(4));
        if (haveNews)
        {
            cluster.TellAll();
        }

        var ids = Enumerable.Range(0, 12).Select(i => $"m{i}").ToList();
        var calls =
            from caller in Enumerable.Range(0, 4)
            from id in ids
            select caller == 3 ? cluster.CallAsync(id) : cluster.GrainFrom<IFakeGrain>(caller, id).CallAsync(Waiting.Token);

        var answers = await Task.WhenAll(calls).Soon();

        Assert.Equal(ids.Order(), answers.Distinct().Order());
        Assert.Equal((12, 0), (cluster.CountEvents("load"), cluster.CountEvents("unload")));
        Assert.Equal([4, 4, 4], Charged(cluster));
        Assert.All(Enumerable.Range(0, 3), silo => Assert.Equal(4, cluster.Models(silo).MaxLive));
    }

    [Fact]
    public async Task Model_WhenAllAreFull_GoesWhereTheOldestVictimIs()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(silos: 3, time: time, configure: Quota(1));
        var holders = new List<string>();
        foreach (var id in new[] { "oldest", "older", "young" })
        {
            cluster.TellAll();
            holders.Add(await cluster.WhereAsync(id).Soon());
            time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(3, holders.Distinct().Count());

        // Unused for 35 s, not at all, and for 15 s.
        time.Advance(TimeSpan.FromSeconds(5));
        await cluster.CallAsync("older").Soon();
        cluster.TellAll();
        Assert.Equal(holders[0], await cluster.WhereAsync("new").Soon());
        Assert.Equal(1, cluster.CountEvents("unload oldest"));
        Assert.Equal(1, cluster.CountEvents("unload"));
    }

    [Fact]
    public async Task Burst_OfTwiceAsManyModels_NeverExceedsTheQuota()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3);
        var ids = Enumerable.Range(0, 12).Select(i => $"m{i}").ToList();

        for (var round = 0; round < 5; round++)
        {
            var answers = await Task.WhenAll(ids.Select((id, i) => i % 4 == 3
                ? cluster.CallAsync(id)
                : cluster.GrainFrom<IFakeGrain>(i % 4, id).CallAsync(Waiting.Token))).Soon();
            Assert.Equal(ids, answers);
        }

        Assert.All(Enumerable.Range(0, 3), silo => Assert.InRange(cluster.Models(silo).MaxLive, 1, 2));
    }

    private static Action<MultiplexOptions> Quota(int models) => options => options.Pools["Fake"] = new() { MaxModelsPerSilo = models };

    private static List<int> Charged(TestCluster cluster) => [.. Enumerable.Range(0, cluster.Silos.Count).Select(silo => cluster.Charged(silo))];
}
