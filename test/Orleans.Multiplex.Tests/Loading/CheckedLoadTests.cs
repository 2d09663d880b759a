using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

/// <summary>Loads of models that are tried before they are opened.</summary>
public sealed class CheckedLoadTests
{
    [Fact]
    public async Task Load_ModelThatIsTried_IsOpenedAfterwards()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var proven = new TaskCompletionSource<long?>();
        silo.Opener.Estimate = _ => new(50);
        silo.Opener.Prove = _ => new(proven.Task);
        var resident = silo.Enter("m");
        await InStateAsync(resident, ResidentState.Checking);
        Assert.Equal((0, 0L, "it is being checked"), (silo.Opener.CountOpened("m"), silo.Quota.ChargedBytes, resident.State.DescribeLoad()));

        proven.SetResult(null);

        Assert.Null((await resident.WhenLoaded.Soon()).Failure);
        Assert.Equal((1, 50L), (silo.Opener.CountOpened("m"), silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Load_MeasuredSmallerWhenTried_TakesNoMoreRoomThanThat()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var charged = 0L;
        silo.Opener.Estimate = _ => new(90);
        silo.Opener.Prove = _ => new(20L);
        silo.Opener.Open = (_, _) =>
        {
            charged = silo.Quota.ChargedBytes;
            return Task.FromResult<object>(new TrackedModel("m"));
        };

        Assert.Null((await silo.LoadAsync("m")).Failure);

        Assert.Equal((20L, 20L, 20L), (charged, silo.Quota.ChargedBytes, silo.Footprints.Find("A", "m")));
    }

    [Fact]
    public async Task Load_MeasuredLargerWhenTried_MakesRoomBeforeItIsOpened()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var other = silo.Reside("other", 60);
        silo.Opener.Estimate = _ => new(30);
        silo.Opener.Prove = _ => new(80L);

        Assert.Null((await silo.LoadAsync("m")).Failure);

        Assert.Equal((ResidentState.Gone, 80L), (other.State, silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Load_MeasuredLargerAndAllIsInUse_WaitsForRoom()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var use = TestSilo.Use(silo.Reside("busy", 60));
        silo.Opener.Estimate = _ => new(30);
        silo.Opener.Prove = _ => new(80L);
        var resident = silo.Enter("m");
        while (silo.Quota.DemandedBytes != 140)
        {
            await Task.Yield();
        }

        Assert.Equal((ResidentState.Reserving, 60L, 0), (resident.State, silo.Quota.ChargedBytes, silo.Opener.CountOpened("m")));
        use.Dispose();

        Assert.Null((await resident.WhenLoaded.Soon()).Failure);
        Assert.Equal(80, silo.Quota.ChargedBytes);
    }

    [Fact]
    public async Task Load_MeasuredLargerThanTheQuota_IsRefusedForGoodAndNeverOpened()
    {
        using var silo = new TestSilo(maxBytes: 100);
        silo.Opener.Prove = _ => new(101L);

        var outcome = await silo.LoadAsync("m");

        Assert.Equal((LoadFailureKind.TooLarge, 0, 0L, 0), (outcome.Failure, silo.Opener.CountOpened("m"), silo.Quota.ChargedBytes, silo.Charged));
    }

    [Fact]
    public async Task Load_ModelThatDidHarm_FailsWithTheReasonAndCostsNobodyItsPlace()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var idle = silo.Reside("idle", 60);
        silo.Opener.Estimate = _ => new(50);
        silo.Opener.Prove = _ => throw new ModelLoadFailedException("m", "it ended the process that tried it (signal 11).");

        Assert.Equal(new(LoadFailureKind.Broken, "it ended the process that tried it (signal 11)."), await silo.LoadAsync("m"));

        Assert.Equal((0, 60L, ResidentState.Ready), (silo.Opener.CountOpened("m"), silo.Quota.ChargedBytes, idle.State));
    }

    [Fact]
    public async Task Load_EstimatedLargerThanTheQuota_IsNotEvenTried()
    {
        using var silo = new TestSilo(maxBytes: 100);
        silo.Opener.Estimate = _ => new(101);
        silo.Opener.Prove = _ => throw new InvalidOperationException("It was tried.");

        Assert.Equal(LoadFailureKind.TooLarge, (await silo.LoadAsync("m")).Failure);
    }

    [Fact]
    public async Task Load_WhileOthersAreTried_HasATurn()
    {
        using var silo = new TestSilo(load: new LoadOptions { MaxParallel = 1 });
        var trying = new Checkpoint();
        silo.Opener.Prove = async token =>
        {
            await trying.PassAsync(token);
            return null;
        };
        var tried = silo.Enter("tried");
        await trying.Reached;
        silo.Opener.Prove = _ => new((long?)null);

        Assert.Null((await silo.LoadAsync("m")).Failure);

        Assert.Equal(ResidentState.Checking, tried.State);
        trying.Open();
        Assert.Null((await tried.WhenLoaded.Soon()).Failure);
    }

    [Fact]
    public async Task Unload_WhileItIsTried_EndsTheLoadAtOnce()
    {
        using var silo = new TestSilo(maxBytes: 100);
        silo.Opener.Estimate = _ => new(50);
        silo.Opener.Prove = _ => new(new TaskCompletionSource<long?>().Task);
        var resident = silo.Enter("m");
        await InStateAsync(resident, ResidentState.Checking);

        resident.StopLoad();

        Assert.Equal(LoadFailureKind.Unloaded, (await resident.WhenLoaded.Soon()).Failure);
        await resident.WhenGone.Soon();
        Assert.Equal((0L, 0), (silo.Quota.ChargedBytes, silo.Charged));
    }

    private static async Task InStateAsync(Resident resident, ResidentState state)
    {
        while (resident.State != state)
        {
            await Task.Yield();
        }
    }
}
