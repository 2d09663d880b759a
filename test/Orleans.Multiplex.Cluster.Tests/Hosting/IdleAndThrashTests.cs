using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class IdleAndThrashTests
{
    [Fact]
    public async Task IdleUnload_OfAModelNobodyUsed_LeavesThoseInUse()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(
            time: time, configure: options => (options.IdleUnload, options.RequestTimeout) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)));
        await cluster.CallAsync("idle").Soon();
        var used = cluster.Grain("used").WaitAsync("use", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("use");

        Pass(time, TimeSpan.FromSeconds(59));
        Assert.Equal(2, cluster.Resident().Count());
        Pass(time, TimeSpan.FromSeconds(16));
        await cluster.Models().Events.WaitForAsync("unload idle");

        Assert.Equal(1, cluster.Log.Count("Information: Unloading model 'idle'. Reason: Idle."));
        Assert.Equal(["used"], cluster.Resident());
        cluster.Gates.Open("use");
        await used.Soon();
        Pass(time, TimeSpan.FromSeconds(90));
        await cluster.Models().Events.WaitForAsync("unload used");
        Assert.Equal("idle", await cluster.CallAsync("idle").Soon());
    }

    [Fact]
    public async Task Thrash_ThatGoesOn_IsWarnedOfOnceInAWhile()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time, configure: options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 });
        await AlternateAsync(cluster, 11);
        Assert.Equal(0, CountWarnings(cluster));

        await AlternateAsync(cluster, 40);
        Assert.Equal(1, CountWarnings(cluster));

        time.Advance(TimeSpan.FromMinutes(10));
        await AlternateAsync(cluster, 40);
        Assert.Equal(2, CountWarnings(cluster));
    }

    private static async Task AlternateAsync(TestCluster cluster, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            await cluster.CallAsync(i % 2 == 0 ? "a" : "b").Soon();
        }
    }

    private static int CountWarnings(TestCluster cluster) =>
        cluster.Log.All.Count(message => message.StartsWith("Warning: More models are in use than fit", StringComparison.Ordinal));

    private static void Pass(FakeTimeProvider time, TimeSpan span)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromSeconds(1))
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
