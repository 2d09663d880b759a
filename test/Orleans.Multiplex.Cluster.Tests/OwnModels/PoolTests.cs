using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class PoolTests
{
    [Fact]
    public async Task Class_ThatSaysNothing_HoldsThreeModels()
    {
        await using var cluster = await TestCluster.StartAsync();

        foreach (var id in new[] { "1", "2", "3", "4" })
        {
            await cluster.Grain<IDefaultGrain>(id).CallAsync(Waiting.Token).Soon();
        }

        Assert.Equal(["2", "3", "4"], cluster.Resident());
    }

    [Fact]
    public async Task Class_WithMinusOne_HoldsAsManyAsAreAskedFor()
    {
        await using var cluster = await TestCluster.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => cluster.Grain<IUnlimitedGrain>($"{i}").CallAsync(Waiting.Token))).Soon();

        Assert.Equal(100, cluster.Resident().Count());
        Assert.Equal(0, cluster.CountEvents("unload"));
    }

    [Fact]
    public async Task Setting_OfAPool_OverridesTheAttribute()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.Pools["defaultgrain"] = new() { MaxModelsPerSilo = 1 });

        await cluster.Grain<IDefaultGrain>("1").CallAsync(Waiting.Token).Soon();
        await cluster.Grain<IDefaultGrain>("2").CallAsync(Waiting.Token).Soon();

        Assert.Equal(["2"], cluster.Resident());
    }

    [Fact]
    public async Task Classes_TwoOfThem_HaveTheirOwnQuotaAndOrder()
    {
        await using var cluster = await TestCluster.StartAsync();

        await cluster.CallAsync("1");
        await cluster.CallAsync("2");
        await cluster.Grain<IOtherGrain>("1").CallAsync(Waiting.Token);
        await cluster.Grain<IOtherGrain>("3").CallAsync(Waiting.Token);

        Assert.Equal((2, 1), (cluster.Charged(pool: "Fake"), cluster.Charged(pool: "Other")));
        Assert.Equal(["1", "2", "3"], cluster.Resident());
        Assert.Equal(["load 1", "load 2", "load 1", "unload 1", "load 3"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Pool_ThatCannotMakeRoom_HoldsUpNoOtherPool()
    {
        // The first pool of the silo is full of a model that is being loaded and another waits for its place; the second one has a victim.
        await using var cluster = await TestCluster.StartAsync(configure: options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 });
        await cluster.Grain<IOtherGrain>("idle").CallAsync(Waiting.Token);
        var slow = cluster.Models().Block("slow");
        var (loading, waiting) = (cluster.CallAsync("slow"), Task.FromResult(""));
        await cluster.Models().Events.WaitForAsync("load slow");
        waiting = cluster.CallAsync("waits");
        await Waiting.UntilAsync(() => cluster.IsRoomAwaited());

        Assert.Equal("new", await cluster.Grain<IOtherGrain>("new").CallAsync(Waiting.Token).Soon());

        Assert.False(loading.IsCompleted);
        slow.SetResult();
        Assert.Equal(["slow", "waits"], await Task.WhenAll(loading, waiting).Soon());
    }
}
