using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class BytesTests
{
    [Fact]
    public async Task MeasureAsync_BytesOfTheModel_AreCharged()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.MaxBytesPerSilo = new ByteSize(1000));
        cluster.Models().Bytes = id => id == "1" ? 300 : 200;

        await cluster.CallAsync("1");
        await cluster.CallAsync("2");

        var silo = Assert.Single(await cluster.Sdk.GetSilosAsync(Waiting.Token));
        Assert.Equal((500, 1000), (silo.ChargedBytes, silo.MaxBytes));
        Assert.Equal([200, 300], silo.Pools.Single(pool => pool.Pool == "Fake").Models.Select(model => model.Bytes));
    }

    [Fact]
    public async Task MeasureAsync_ModelThatNeedsTheRoomOfOthers_EvictsThemAcrossPools()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.MaxBytesPerSilo = new ByteSize(1000));
        cluster.Models().Bytes = id => id == "big" ? 700 : 400;
        await cluster.Grain<IUnlimitedGrain>("a").CallAsync(Waiting.Token);
        await cluster.Grain<IUnlimitedGrain>("b").CallAsync(Waiting.Token);

        Assert.Equal("big", await cluster.CallAsync("big").Soon());

        Assert.Equal(["big"], cluster.Resident());
        Assert.Equal(["load a", "load b", "load big"], cluster.Models().Events.All.Take(3));
        Assert.Equal(["unload a", "unload b"], cluster.Models().Events.All.Skip(3).Order());
    }

    [Fact]
    public async Task MeasureAsync_ModelLargerThanTheQuota_IsUnloadedAndRefusedForGood()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.MaxBytesPerSilo = new ByteSize(1000));
        cluster.Models().Bytes = id => id == "huge" ? 1001 : 400;
        await cluster.CallAsync("1");

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => cluster.CallAsync("huge").Soon());

        Assert.True(error.IsPermanent);
        Assert.Equal(["1"], cluster.Resident());
        Assert.Equal(400, Assert.Single(await cluster.Sdk.GetSilosAsync(Waiting.Token)).ChargedBytes);
        Assert.Equal(["load 1", "load huge", "unload huge"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task MeasureAsync_OneVersionLargerThanTheQuota_DoesNotCondemnTheOthers()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.MaxBytesPerSilo = new ByteSize(1000));
        cluster.Models().Bytes = name => name == "m@1" ? 1001 : 400;
        await Assert.ThrowsAsync<NoCapacityException>(() => cluster.CallAsync("m@1").Soon());

        Assert.Equal("m@2", await cluster.CallAsync("m@2").Soon());
    }

    [Fact]
    public async Task MeasureAsync_NegativeBytes_FailsTheLoadAndChargesNothing()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.MaxBytesPerSilo = new ByteSize(1000));
        cluster.Models().Bytes = _ => -1;

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.CallAsync("1").Soon());

        Assert.Contains("MeasureAsync", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, Assert.Single(await cluster.Sdk.GetSilosAsync(Waiting.Token)).ChargedBytes);
        Assert.Equal(["load 1", "unload 1"], cluster.Models().Events.All);
    }
}
