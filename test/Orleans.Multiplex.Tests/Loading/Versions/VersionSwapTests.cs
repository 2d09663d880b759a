using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.Versions;

/// <summary>A newer version takes the place of a resident.</summary>
public sealed class VersionSwapTests
{
    [Fact]
    public async Task Swap_Overwritten_WarmsUpMovesTheHoldersAndFreesTheOldOneAfterItsLastUse()
    {
        using var silo = new SwapSilo();
        var (old, holders) = await silo.LoadAsync("m", "m", "m@1");
        var lease = TestSilo.Use(old);

        await silo.SwapAsync(old).Soon();

        var successor = holders[0].Current!;
        Assert.All(holders, holder => Assert.Same(successor, holder.Current));
        Assert.Equal((ResidentState.Ready, "new", ResidentState.Draining), (successor.State, successor.Store.Tag, old.State));
        Assert.Equal((0, 2), (((TrackedModel)lease.Model).Disposals, silo.Inner.Charged));
        Assert.Equal(["estimate", "open m", "measure", "warm up"], silo.Opener.Events.Skip(3));
        TestSilo.Use(successor).Dispose();
        lease.Dispose();
        await old.WhenGone.Soon();
        Assert.Equal((1, 0), (silo.Inner.Charged, successor.Gate.Users));
        Assert.Equal([successor], silo.Inner.Ledger.Snapshot());
        Assert.Contains("Unloading model 'm'. Reason: Superseded.", silo.Inner.Log.Messages);
        Assert.Null(successor.Predecessor);
        Assert.Null(silo.Inner.Ledger.Departures.Find(old.Key));
    }

    [Fact]
    public async Task Swap_HigherVersion_MovesThoseWhoNameNoneAndTheOldOneStaysForTheOthers()
    {
        using var silo = new SwapSilo();
        var (old, holders) = await silo.LoadAsync("m", "m", "m@1");

        await silo.SwapAsync(old, version: 2).Soon();

        Assert.Equal((2, 1), (holders[0].Current!.Key.Version, holders[1].Current!.Key.Version));
        Assert.Equal((ResidentState.Ready, 2), (old.State, silo.Inner.Charged));
        Assert.Null(old.Store.Newer);
    }

    [Fact]
    public async Task Swap_RequestsMeanwhile_EnterTheOldOneAndLoadNothing()
    {
        using var silo = new SwapSilo();
        var (old, _) = await silo.LoadAsync("m");
        var opening = HoldOpening(silo);
        var swap = silo.SwapAsync(old);
        await opening.Reached;

        Assert.Same(old, silo.Inner.Enter("m", manifest: SwapSilo.Manifest("m")));
        Assert.Equal((NewerVersionState.Loading, 2), (old.Report().Newer!.State, silo.Inner.Ledger.Snapshot().Count));
        old.Leave();
        opening.Open();
        await swap.Soon();

        await old.WhenGone.Soon();
        Assert.Equal(2, silo.Opener.CountOpened("m"));
    }

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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Swap_TheOldOneGoesMeanwhile_EndsAndLeavesNothing(bool isReserving)
    {
        using var silo = new SwapSilo(maxModels: 2);
        var (old, _) = await silo.LoadAsync("m");
        var other = isReserving ? TestSilo.Use((await silo.LoadAsync("other")).Resident) : default;
        var opening = HoldOpening(silo);
        var swap = silo.SwapAsync(old);
        await (isReserving ? silo.Inner.Log.WhenLogged("Model 'm' has changed") : opening.Reached);

        await silo.Inner.Evictions.EvictAsync(old, EvictionReason.Operator).Soon();
        await swap.Soon();

        if (isReserving)
        {
            await silo.Inner.Evictions.EvictAsync(EndUse(other), EvictionReason.Operator).Soon();
        }

        await WhenEmptyAsync(silo).Soon();
        Assert.Equal((0, 0L), (silo.Inner.Charged, silo.Inner.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Swap_SiloStops_EndsAndLeavesNothing()
    {
        using var silo = new SwapSilo();
        var (old, _) = await silo.LoadAsync("m");
        var opening = HoldOpening(silo);
        var swap = silo.SwapAsync(old);
        await opening.Reached;

        silo.Inner.Loader.Stop();
        await swap.Soon();
        await Task.WhenAll(silo.Inner.Ledger.Snapshot().Select(resident => silo.Inner.Evictions.EvictAsync(resident, EvictionReason.Shutdown))).Soon();

        await WhenEmptyAsync(silo).Soon();
        Assert.Equal(0, silo.Inner.Charged);
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
        await silo.AdvanceUntilAsync(Task.WhenAny(swaps, Task.WhenAny(silo.Inner.Log.WhenLogged("Model 'a' answers"), silo.Inner.Log.WhenLogged("Model 'b' answers"))));
        leases.ToList().ForEach(static lease => lease.Dispose());
        await silo.AdvanceUntilAsync(swaps);

        await Task.WhenAll(a.WhenGone, b.WhenGone).Soon();
        Assert.Equal(("new", "new", 2), (ofA[0].Current!.Store.Tag, ofB[0].Current!.Store.Tag, silo.Inner.Charged));
    }

    [Fact]
    public async Task Swap_Pinned_TheSuccessorIsPinnedBeforeTheOldOneGoes()
    {
        using var silo = new SwapSilo(maxModels: 2);
        var (old, holders) = await silo.LoadAsync("m");
        silo.Inner.Pins.Take(silo.Inner.Pins.Table.With("m", isPinned: true));
        (bool, bool, ResidentState) seen = default;
        holders[0].Moved = (from, to) => seen = (from.IsPinned, to.IsPinned, from.State);

        await silo.SwapAsync(old).Soon();

        Assert.Equal((true, true, ResidentState.Ready), seen);
        await old.WhenGone.Soon();
        Assert.Equal((1L, 1), (silo.Inner.Pool.Models.Pinned, silo.Inner.Evictions.GetPinned().Length));
    }

    [Fact]
    public async Task Swap_OfTheLeastRecentlyUsed_KeepsItsPlaceInTheOrder()
    {
        using var silo = new SwapSilo(maxModels: 3);
        var (old, holders) = await silo.LoadAsync("m");
        var (other, _) = await silo.LoadAsync("other");
        await silo.SwapAsync(old).Soon();
        await old.WhenGone.Soon();
        await silo.Inner.ReserveAsync("third").Soon();

        await silo.Inner.ReserveAsync("fourth").Soon();

        Assert.Null(holders[0].Current);
        Assert.Equal(ResidentState.Ready, other.State);
    }

    [Fact]
    public async Task Swap_Broken_IsTriedAgainAfterAGrowingPauseOrAtOnceWhenItChanges()
    {
        using var silo = new SwapSilo();
        var (old, _) = await silo.LoadAsync("m");
        silo.Opener.Open = (_, _) => throw new ModelLoadFailedException("m", "it is garbage.");
        await silo.SwapAsync(old).Soon();
        await silo.SwapAsync(old).Soon();
        Assert.Equal((1, NewerVersionState.Failed, "it is garbage."), (old.Store.Newer!.Attempts, old.Store.Newer.State, old.Store.Newer.Reason));

        silo.Inner.Time.Advance(TimeSpan.FromSeconds(1));
        await silo.SwapAsync(old).Soon();
        silo.Inner.Time.Advance(TimeSpan.FromSeconds(1));
        await silo.SwapAsync(old).Soon();
        Assert.Equal(2, old.Store.Newer.Attempts);
        await silo.SwapAsync(old, tag: "newer").Soon();

        Assert.Equal((1, "newer"), (old.Store.Newer.Attempts, old.Store.Newer.Tag));
        Assert.Equal((1, ResidentState.Ready), (silo.Inner.Charged, old.State));
        Assert.Equal(3, silo.Inner.Log.Messages.Count(message => message.EndsWith("it is garbage.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Swap_WarmUpTakesTooLong_IsEndedAndTheModelIsSwapped()
    {
        using var silo = new SwapSilo();
        var (old, holders) = await silo.LoadAsync("m");
        var warming = new Checkpoint();
        silo.Opener.WarmUp = async (_, token) => await warming.PassAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var swap = silo.SwapAsync(old);
        await warming.Reached;

        silo.Inner.Time.Advance(TimeSpan.FromSeconds(5));
        await swap.Soon();

        Assert.Equal("new", holders[0].Current!.Store.Tag);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Enter_VersionOfASuccessorByName_OpensItOnce(bool isOpening)
    {
        using var silo = new SwapSilo();
        var (old, holders) = await silo.LoadAsync("m");
        var reserving = new Checkpoint();
        var estimates = 0;
        silo.Opener.Estimate = async token =>
        {
            if (!isOpening && Interlocked.Increment(ref estimates) == 1)
            {
                await reserving.PassAsync(token);
            }

            return 0;
        };
        var opening = HoldOpening(silo);
        var swap = silo.SwapAsync(old, version: 2);
        await (isOpening ? opening.Reached : reserving.Reached);

        var entered = silo.Inner.Enter("m", manifest: SwapSilo.Manifest("m", 2, "new"));
        opening.Open();
        Assert.Null((await entered.WhenLoaded.Soon()).Failure);
        await swap.Soon();

        if (!isOpening)
        {
            Assert.Equal(ResidentState.Ready, old.State);
            await silo.SwapAsync(old, version: 2).Soon();
        }

        await old.WhenGone.Soon();
        Assert.Same(entered, holders[0].Current);
        Assert.Equal((2, 1), (silo.Opener.CountOpened("m"), silo.Inner.Charged));
    }

    private static Checkpoint HoldOpening(SwapSilo silo)
    {
        var opening = new Checkpoint();
        silo.Opener.Open = async (artifact, token) =>
        {
            await opening.PassAsync(token);
            return new TrackedModel(artifact.Id);
        };
        return opening;
    }

    private static Resident EndUse(ModelLease lease)
    {
        lease.Dispose();
        return lease.Resident;
    }

    private static async Task WhenEmptyAsync(SwapSilo silo)
    {
        while (silo.Inner.Ledger.Snapshot().Count + silo.Inner.Charged > 0)
        {
            await Task.Yield();
        }
    }
}
