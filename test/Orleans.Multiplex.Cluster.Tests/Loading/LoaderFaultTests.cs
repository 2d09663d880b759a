using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class LoaderFaultTests
{
    [Fact]
    public async Task Load_ThatThrowsBeforeItsFirstAwait_FailsWithItsReason()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Models().OnLoading = _ => throw new InvalidDataException("no header");

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.CallAsync("1").Soon());

        Assert.Equal("InvalidDataException: no header", error.Reason);
        Assert.NotNull(error.RetryAfter);
        Assert.Equal((0, 0), (cluster.Charged(), cluster.Models().Live));
    }

    [Fact]
    public async Task Load_ThatThrowsAfterAnAwait_FailsWithItsReason()
    {
        await using var cluster = await TestCluster.StartAsync();
        var gate = cluster.Models().Block("1");
        cluster.Models().FailLoad = _ => new InvalidDataException("no header");
        var call = cluster.CallAsync("1");
        await cluster.Models().Events.WaitForAsync("load 1");

        gate.SetResult();

        Assert.Equal("InvalidDataException: no header", (await Assert.ThrowsAsync<ModelLoadFailedException>(() => call.Soon())).Reason);
        Assert.Equal(0, cluster.Charged());
    }

    [Fact]
    public async Task Load_ThatReturnsNull_FailsAndNamesTheClass()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Models().ReturnsNull = true;

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.CallAsync("1").Soon());

        Assert.Equal("FakeGrain.LoadModelAsync returned null.", error.Reason);
        Assert.Equal(0, cluster.Charged());
    }

    [Fact]
    public async Task Load_ThatBlocksItsThread_HoldsUpNeitherWarmModelsNorOtherLoads()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.Load.MaxParallel = 2);
        await cluster.CallAsync("warm");
        cluster.Models().OnLoading = artifact =>
        {
            if (artifact.Id == "blocks")
            {
                cluster.Gates.ArriveAndBlock("loader");
            }
        };
        var blocked = cluster.CallAsync("blocks");
        await cluster.Gates.WaitForArrivalAsync("loader");

        Assert.Equal("warm", await cluster.CallAsync("warm").Soon());
        Assert.Equal("other", await cluster.Grain<IUnlimitedGrain>("other").CallAsync(Waiting.Token).Soon());

        cluster.Gates.Open("loader");
        Assert.Equal("blocks", await blocked.Soon());
    }

    [Fact]
    public async Task Load_DeafToItsTokenPastItsTime_FailsForItsCallersAndKeepsItsRoomUntilItEnds()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time, configure: options =>
        {
            options.Load.Timeout = TimeSpan.FromSeconds(10);
            options.Load.RoomTimeout = TimeSpan.FromSeconds(5);
        });
        cluster.Models().IgnoresToken = true;
        var gate = cluster.Models().Block("deaf");
        var call = cluster.CallAsync("deaf");
        await cluster.Models().Events.WaitForAsync("load deaf");

        time.Advance(TimeSpan.FromSeconds(10));

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => call.Soon());
        Assert.Contains("10 s (Multiplex:Load:Timeout)", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (cluster.Charged(), cluster.Models().Live));

        gate.SetResult();
        await cluster.Models().Events.WaitForAsync("unload deaf");
        await Waiting.UntilAsync(() => cluster.Charged() == 0);
        Assert.Equal(["load deaf", "unload deaf"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Release_ThatThrows_IsLoggedAndFreesTheRoom()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Models().FailDispose = _ => new InvalidOperationException("stuck");
        await cluster.CallAsync("1");

        await cluster.EvictAsync(0, "1").Soon();

        Assert.Equal(0, cluster.Charged());
        Assert.Equal(1, cluster.Log.Count("Error: Model '1' failed while it was being disposed; its room is free again. stuck"));
    }
}
