using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class OwnModelTests
{
    [Fact]
    public async Task Call_FourthModelOnAQuotaOfTwo_EvictsTheLeastRecentlyUsed()
    {
        await using var cluster = await TestCluster.StartAsync();

        foreach (var id in new[] { "1", "2", "1", "3" })
        {
            Assert.Equal(id, await cluster.Grain(id).CallAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(["1", "3"], cluster.Resident());
        Assert.Equal(["load 1", "load 2", "unload 2", "load 3"], cluster.Models().Events);
    }

    [Fact]
    public async Task Call_ThousandFirstRequestsAtOnce_MakeOneLoad()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => cluster.Grain("a").CallAsync(TestContext.Current.CancellationToken)));

        Assert.All(answers, answer => Assert.Equal("a", answer));
        Assert.Equal(1, cluster.Models(0).CountLoads("a") + cluster.Models(1).CountLoads("a"));
    }
}
