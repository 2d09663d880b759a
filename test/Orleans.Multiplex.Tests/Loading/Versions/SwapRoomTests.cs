using Orleans.Multiplex.Loading;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.Versions;

/// <summary>Room for a newer version beside the resident whose place it is to take.</summary>
public sealed class SwapRoomTests
{
    [Fact]
    public async Task Swap_PoolFull_EvictsAnIdleOneButNeverTheOldOne()
    {
        using var silo = new SwapSilo(maxModels: 2);
        var (old, holders) = await silo.LoadAsync("m");
        var (other, _) = await silo.LoadAsync("other");

        await silo.AdvanceUntilAsync(silo.SwapAsync(old));

        await Task.WhenAll(old.WhenGone, other.WhenGone).Soon();
        Assert.Equal((1, "new"), (silo.Inner.Charged, holders[0].Current!.Store.Tag));
        Assert.Contains("Unloading model 'other'. Reason: Quota.", silo.Inner.Log.Messages);
    }

    [Fact]
    public async Task Swap_NoRoomWithinTheTime_IsPostponedAndHoldsNothing()
    {
        using var silo = new SwapSilo(maxModels: 2);
        var (old, holders) = await silo.LoadAsync("m");
        var (other, _) = await silo.LoadAsync("other");
        var lease = TestSilo.Use(other);

        var took = await silo.AdvanceUntilAsync(silo.SwapAsync(old));

        Assert.InRange(took, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
        Assert.Equal((NewerVersionState.Postponed, 1), (old.Store.Newer!.State, old.Store.Newer.Attempts));
        Assert.Equal((ResidentState.Ready, 2, 0), (old.State, silo.Inner.Charged, old.Gate.Users));
        lease.Dispose();
        await silo.AdvanceUntilAsync(silo.SwapAsync(old));
        await old.WhenGone.Soon();
        Assert.Equal("new", holders[0].Current!.Store.Tag);
    }

    [Theory]
    [InlineData(60, 100)]
    [InlineData(1, 1000)]
    public async Task Swap_BothCanNeverBeHeld_IsGivenUpAtOnceAndEvictsNobody(long bytes, long maxBytes)
    {
        using var silo = new SwapSilo(maxModels: bytes == 1 ? 1 : 3, maxBytes);
        silo.Opener.Estimate = _ => new(bytes);
        var (old, _) = await silo.LoadAsync("m");
        silo.Opener.Estimate = _ => new(bytes == 1 ? 1 : 50);
        var idle = bytes == 1 ? null : silo.Inner.Reside("idle", 1);

        await silo.SwapAsync(old).Soon();

        Assert.Equal((NewerVersionState.Postponed, ResidentState.Ready), (old.Store.Newer!.State, old.State));
        Assert.NotEqual(ResidentState.Gone, idle?.State);
        Assert.Equal(idle is null ? 1 : 2, silo.Inner.Charged);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(20)]
    public async Task Swap_CheckMeasuresAnotherSize_ChangesTheRoomThatItHas(long measured)
    {
        using var silo = new SwapSilo(maxBytes: 1000);
        silo.Opener.Estimate = _ => new(50);
        var (old, _) = await silo.LoadAsync("m");
        silo.Opener.Prove = _ => new(measured);

        await silo.SwapAsync(old).Soon();

        await old.WhenGone.Soon();
        Assert.Equal((1, measured), (silo.Inner.Charged, silo.Inner.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Swap_CheckMeasuresMoreThanThereIsRoom_LeavesTheOldOneAndHoldsNothing()
    {
        using var silo = new SwapSilo(maxBytes: 100);
        silo.Opener.Estimate = _ => new(40);
        var (old, _) = await silo.LoadAsync("m");
        var idle = silo.Inner.Reside("idle", 20);
        silo.Opener.Prove = _ => new(70);

        await silo.SwapAsync(old).Soon();

        // Not even an idle one goes, since that would not be enough.
        Assert.Equal((NewerVersionState.Postponed, ResidentState.Ready, ResidentState.Ready), (old.Store.Newer!.State, old.State, idle.State));
        Assert.Equal((2, 60L), (silo.Inner.Charged, silo.Inner.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Swap_NoRoomAndSwapCold_UnloadsTheOldOneWhenItIsIdle()
    {
        using var silo = new SwapSilo(maxModels: 1, withoutRoom: WithoutRoom.SwapCold);
        var (old, holders) = await silo.LoadAsync("m");
        var lease = TestSilo.Use(old);

        await silo.SwapAsync(old).Soon();

        Assert.Equal(ResidentState.Draining, old.State);
        lease.Dispose();
        await old.WhenGone.Soon();
        Assert.Null(holders[0].Current);
        Assert.Equal(0, silo.Inner.Charged);
    }

    [Fact]
    public async Task Swap_NoRoomAndSwapCold_OneThatIsHeldByItsVersionStays()
    {
        using var silo = new SwapSilo(maxModels: 1, withoutRoom: WithoutRoom.SwapCold);
        var (old, holders) = await silo.LoadAsync("m", "m", "m@1");

        await silo.SwapAsync(old, version: 2).Soon();

        Assert.Null(holders[0].Current);
        Assert.Same(old, holders[1].Current);
        Assert.Equal(ResidentState.Ready, old.State);
    }

    [Fact]
    public async Task Swap_SomebodyWaitsForRoom_TakesNoneBeforeHim()
    {
        using var silo = new SwapSilo(maxModels: 2);
        var (old, _) = await silo.LoadAsync("m");
        var (other, _) = await silo.LoadAsync("other");
        var leases = new[] { TestSilo.Use(old), TestSilo.Use(other) };
        var swap = silo.SwapAsync(old);
        await silo.Inner.Log.WhenLogged("Model 'm' has changed");

        var waiting = silo.Inner.ReserveAsync("third");
        leases[1].Dispose();
        await waiting.Soon();

        Assert.False(swap.IsCompleted);
        Assert.Equal((ResidentState.Ready, ResidentState.Gone), (old.State, other.State));
        await silo.AdvanceUntilAsync(swap);
        Assert.Equal(NewerVersionState.Postponed, old.Store.Newer!.State);
    }

    [Fact]
    public async Task Swap_MeasuredLarger_SparesTheOldOne()
    {
        using var silo = new SwapSilo(maxBytes: 100);
        silo.Opener.Estimate = _ => new(40);
        var (old, holders) = await silo.LoadAsync("m");
        var idle = silo.Inner.Reside("idle", 20);
        silo.Opener.Measure = (_, _) => new(60L);

        await silo.AdvanceUntilAsync(silo.SwapAsync(old));

        await Task.WhenAll(old.WhenGone, idle.WhenGone).Soon();
        Assert.Equal((60L, "new"), (silo.Inner.Quota.ChargedBytes, holders[0].Current!.Store.Tag));
    }

    [Fact]
    public async Task Enter_SuccessorThatIsMeasuredLarger_TakesRoomAsAnyModelThatIsAskedFor()
    {
        using var silo = new SwapSilo(maxBytes: 100);
        silo.Opener.Estimate = _ => new(40);
        var (old, _) = await silo.LoadAsync("m");
        silo.Opener.Measure = (_, _) => new(70L);
        var opening = silo.HoldOpening();
        var swap = silo.SwapAsync(old, version: 2);
        await opening.Reached;

        var entered = silo.Inner.Enter("m", manifest: SwapSilo.Manifest("m", 2, "new"));
        opening.Open();

        // Beside the old one there is none: it goes, as an idle model does for one that is asked for.
        Assert.Null((await entered.WhenLoaded.Soon()).Failure);
        await swap.Soon();
        await old.WhenGone.Soon();
        Assert.Equal((1, 70L), (silo.Inner.Charged, silo.Inner.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Swap_MeasuredLargerThanWhatIsLeft_TheOldOneGoesOn()
    {
        using var silo = new SwapSilo(maxBytes: 100);
        silo.Opener.Estimate = _ => new(40);
        var (old, _) = await silo.LoadAsync("m");
        silo.Opener.Measure = (_, _) => new(70L);

        await silo.AdvanceUntilAsync(silo.SwapAsync(old));

        Assert.Equal((ResidentState.Ready, NewerVersionState.Postponed, 40L), (old.State, old.Store.Newer!.State, silo.Inner.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Swap_TwoAtOnceAndRoomForOne_BothEnd()
    {
        using var silo = new SwapSilo(maxModels: 3);
        var (a, ofA) = await silo.LoadAsync("a");
        var (b, ofB) = await silo.LoadAsync("b");
        var leases = new[] { TestSilo.Use(a), TestSilo.Use(b) };

        var swaps = Task.WhenAll(silo.SwapAsync(a), silo.SwapAsync(b));
        await Task.WhenAny(silo.Inner.Log.WhenLogged("Model 'a' answers"), silo.Inner.Log.WhenLogged("Model 'b' answers"));
        Assert.False(swaps.IsCompleted);
        leases.ToList().ForEach(static lease => lease.Dispose());
        await Task.WhenAny(a.WhenGone, b.WhenGone).Soon();
        await silo.AdvanceUntilAsync(swaps);

        await Task.WhenAll(a.WhenGone, b.WhenGone).Soon();
        Assert.Equal(("new", "new", 2), (ofA[0].Current!.Store.Tag, ofB[0].Current!.Store.Tag, silo.Inner.Charged));
    }
}
