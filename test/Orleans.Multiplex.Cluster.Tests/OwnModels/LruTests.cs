using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class LruTests
{
    [Fact]
    public async Task Call_ThirdModelOnAQuotaOfTwo_EvictsTheLeastRecentlyUsed()
    {
        await using var cluster = await TestCluster.StartAsync();

        foreach (var id in new[] { "1", "2", "1", "3" })
        {
            Assert.Equal(id, await cluster.CallAsync(id));
        }

        Assert.Equal(["1", "3"], cluster.Resident());
        Assert.Equal(["load 1", "load 2", "unload 2", "load 3"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Call_ThousandFirstRequestsAtOnce_MakeOneLoad()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => cluster.CallAsync("a"))).Soon();

        Assert.All(answers, answer => Assert.Equal("a", answer));
        Assert.Equal(1, cluster.CountEvents("load"));
    }

    [Fact]
    public async Task Call_ModelWithoutSavingGrace_IsEvictedByUseAndNotByAge()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CallAsync("old");
        await cluster.CallAsync("young");

        await cluster.CallAsync("old");
        await cluster.CallAsync("new");

        Assert.Equal(["old", "new"], cluster.Resident());
    }
}
