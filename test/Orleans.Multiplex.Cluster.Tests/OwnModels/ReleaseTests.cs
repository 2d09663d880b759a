using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class ReleaseTests
{
    [Fact]
    public async Task Release_ModelWithSynchronousDisposeOnly_HappensOnceAtEvictionAndAtStop()
    {
        var cluster = await TestCluster.StartAsync();
        var models = cluster.Models();

        await cluster.Grain<IDisposableGrain>("1").CallAsync(Waiting.Token);
        await cluster.Grain<IDisposableGrain>("2").CallAsync(Waiting.Token);
        await models.Events.WaitForAsync("unload 1");
        await cluster.DisposeAsync();

        Assert.Equal(["unload 1", "unload 2"], models.Events.All);
    }

    [Fact]
    public async Task Release_AtStop_HappensOnceForEachModelWithReasonShutdown()
    {
        var cluster = await TestCluster.StartAsync();
        var models = cluster.Models();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => cluster.Grain<IUnlimitedGrain>($"m{i}").CallAsync(Waiting.Token))).Soon();
        Assert.DoesNotContain(models.Events.All, one => one.StartsWith("unload", StringComparison.Ordinal));

        await cluster.Inner.StopSiloAsync(cluster.Silos[0], Waiting.Token);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(1, models.Events.Count($"unload m{i}"));
            Assert.Equal(1, cluster.Log.Count($"Information: Unloading model 'm{i}'. Reason: Shutdown."));
        }

        Assert.Equal(0, models.Live);
        await cluster.DisposeAsync();
    }
}
