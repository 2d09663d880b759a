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
        var opening = silo.HoldOpening();
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Swap_TheOldOneGoesMeanwhile_EndsAndLeavesNothing(bool isReserving)
    {
        using var silo = new SwapSilo(maxModels: 2);
        var (old, _) = await silo.LoadAsync("m");
        var other = isReserving ? TestSilo.Use((await silo.LoadAsync("other")).Resident) : default;
        var opening = silo.HoldOpening();
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
        var opening = silo.HoldOpening();
        var swap = silo.SwapAsync(old);
        await opening.Reached;

        silo.Inner.Loader.Stop();
        await swap.Soon();
        await Task.WhenAll(silo.Inner.Ledger.Snapshot().Select(resident => silo.Inner.Evictions.EvictAsync(resident, EvictionReason.Shutdown))).Soon();

        await WhenEmptyAsync(silo).Soon();
        Assert.Equal(0, silo.Inner.Charged);
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
        var opening = silo.HoldOpening();
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

    [Fact]
    public async Task Enter_SuccessorThatIsOpened_IsWarmedUpByWhoAskedForIt()
    {
        using var silo = new SwapSilo();
        var (old, holders) = await silo.LoadAsync("m");
        var opening = silo.HoldOpening();
        var swap = silo.SwapAsync(old, version: 2);
        await opening.Reached;

        var entered = silo.Inner.Enter("m", manifest: SwapSilo.Manifest("m", 2, "new"));
        opening.Open();
        Assert.Null((await entered.WhenLoaded.Soon()).Failure);
        await swap.Soon();

        Assert.Same(entered, holders[0].Current);
        Assert.DoesNotContain("warm up", silo.Opener.Events);
    }

    [Fact]
    public async Task Enter_SuccessorThatFails_IsLoggedAsWhatItsCallersGet()
    {
        using var silo = new SwapSilo();
        var (old, _) = await silo.LoadAsync("m");
        var opening = new Checkpoint();
        silo.Opener.Open = async (_, token) =>
        {
            await opening.PassAsync(token);
            throw new ModelLoadFailedException("m", "it is garbage.");
        };
        var swap = silo.SwapAsync(old, version: 2);
        await opening.Reached;

        var entered = silo.Inner.Enter("m", manifest: SwapSilo.Manifest("m", 2, "new"));
        opening.Open();
        Assert.NotNull((await entered.WhenLoaded.Soon()).Failure);
        await swap.Soon();

        Assert.Contains("Failed to load model 'm@2'. it is garbage.", silo.Inner.Log.Messages);
        Assert.Equal((ResidentState.Ready, NewerVersionState.Failed), (old.State, old.Store.Newer!.State));
    }

    [Fact]
    public async Task Swap_StoreDoesNotGiveTheFiles_IsPostponedAndToldOnce()
    {
        using var silo = new SwapSilo();
        var (old, _) = await silo.LoadAsync("m");
        silo.Opener.Open = (_, _) => throw new StoreUnavailableException("m", "no route to host");

        for (var i = 0; i < 3; i++)
        {
            await silo.SwapAsync(old).Soon();
        }

        Assert.Equal((NewerVersionState.Postponed, 3, "no route to host"), (old.Store.Newer!.State, old.Store.Newer.Attempts, old.Store.Newer.Reason));
        var told = silo.Inner.Log.Entries.Where(static entry => entry.Message.Contains("cannot be fetched; the one that answers goes on", StringComparison.Ordinal)).ToList();
        Assert.Equal((3, 1), (told.Count, told.Count(static entry => entry.Level == Microsoft.Extensions.Logging.LogLevel.Warning)));
        Assert.DoesNotContain(silo.Inner.Log.Entries, static entry => entry.Message.Contains("cannot be loaded; the one that answers", StringComparison.Ordinal));
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
