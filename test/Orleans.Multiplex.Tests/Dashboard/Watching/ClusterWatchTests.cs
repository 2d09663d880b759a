using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Dashboard.Watching;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard.Watching;

/// <summary>Who is told of what, and when the cluster is asked.</summary>
public sealed class ClusterWatchTests : IAsyncDisposable
{
    private readonly WatchedCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Watch_NobodyFollows_KnowsNothingAndDoesNotAsk()
    {
        await _cluster.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Same(ClusterSnapshot.Empty, _cluster.Watch.Current);
        Assert.False(_cluster.Watch.Current.IsKnown);
        Assert.Equal(0, _cluster.Client.SilosAsked);
    }

    [Fact]
    public async Task Follow_FirstOne_IsToldAtOnceAndThenAfterEachPause()
    {
        using var page = _cluster.Follow();

        var (seen, pause) = await _cluster.PauseAsync();

        Assert.Equal((true, null, "silo-1"), (seen.IsKnown, seen.Fault, Assert.Single(seen.Silos).Silo));
        Assert.Equal(WatchedCluster.LeastPause, pause);
        _cluster.Client.OnGetSilos = static () => Task.FromResult<ImmutableArray<SiloResidency>>([]);
        Assert.Empty((await _cluster.LookAgainAsync()).Silos);
    }

    [Fact]
    public async Task Follow_OnePageFails_TheOthersAreToldAndTheLooksGoOn()
    {
        using var failing = _cluster.Watch.Follow(static () => throw new InvalidOperationException("The page is gone."));
        using var page = _cluster.Follow();

        await _cluster.PauseAsync();
        Assert.True((await _cluster.LookAgainAsync()).IsKnown);

        Assert.Equal(
            [(LogLevel.Warning, 2202, "The page is gone."), (LogLevel.Warning, 2202, "The page is gone.")],
            _cluster.Log.Entries.Select(static entry => (entry.Level, entry.EventId, entry.Error?.Message)));
    }

    [Fact]
    public async Task Follow_Several_AreAllToldOfOneLook()
    {
        var asked = new Checkpoint();
        _cluster.Client.OnGetSilos = async () =>
        {
            await asked.PassDeafAsync();
            return [];
        };
        using var first = _cluster.Follow();
        using var second = _cluster.Follow();
        using var third = _cluster.Follow();
        await asked.Reached;
        asked.Open();

        var seen = new[] { await _cluster.NextAsync(), await _cluster.NextAsync(), await _cluster.NextAsync() };

        Assert.Single(seen.Distinct());
        Assert.Equal(1, _cluster.Client.SilosAsked);
    }

    [Fact]
    public async Task Follow_OneOfTwoLeaves_OnlyTheOtherIsTold()
    {
        var told = 0;
        using var stays = _cluster.Follow();
        await _cluster.PauseAsync();
        var leaves = _cluster.Watch.Follow(() => told++);
        await _cluster.LookAgainAsync();
        leaves.Dispose();
        leaves.Dispose();

        await _cluster.LookAgainAsync();

        Assert.Equal((1, 3), (told, _cluster.Client.SilosAsked));
    }

    [Fact]
    public async Task Follow_TheLastOneLeaves_NobodyAsksAnyMore()
    {
        var page = _cluster.Follow();
        await _cluster.PauseAsync();
        var asked = _cluster.Client.SilosAsked;
        page.Dispose();

        await _cluster.AdvanceAsync();
        await _cluster.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(asked, _cluster.Client.SilosAsked);
        Assert.True(_cluster.Watch.Current.IsKnown);
    }

    [Fact]
    public async Task Follow_SomebodyComesBackDuringThePause_IsToldByTheSameLooks()
    {
        using var first = _cluster.Follow();
        await _cluster.PauseAsync();
        var asked = _cluster.Client.SilosAsked;
        first.Dispose();
        using var second = _cluster.Follow();

        await _cluster.LookAgainAsync();
        await _cluster.LookAgainAsync();

        Assert.Equal(asked + 2, _cluster.Client.SilosAsked);
        Assert.False(_cluster.HasMore);
    }

    [Fact]
    public async Task Follow_SomebodyComesLater_IsToldAgainAndUntilThenSeesWhatWasSeen()
    {
        var first = _cluster.Follow();
        var (seen, _) = await _cluster.PauseAsync();
        first.Dispose();
        await _cluster.AdvanceAsync();
        var asked = new Checkpoint();
        _cluster.Client.OnGetSilos = async () =>
        {
            await asked.PassDeafAsync();
            return [];
        };

        using var second = _cluster.Follow();

        await asked.Reached;
        Assert.Same(seen, _cluster.Watch.Current);
        asked.Open();
        Assert.Empty((await _cluster.NextAsync()).Silos);
    }

    [Fact]
    public async Task Look_LastsLong_IsFollowedByAPauseOfNineTimesAsLong()
    {
        var took = TimeSpan.Zero;
        _cluster.Client.OnGetSilos = () =>
        {
            _cluster.Time.Advance(took);
            return Task.FromResult<ImmutableArray<SiloResidency>>([]);
        };
        using var page = _cluster.Follow();
        var pauses = new List<TimeSpan> { (await _cluster.PauseAsync()).Pause };
        foreach (var milliseconds in new[] { 100, 200, 3000, 0 })
        {
            took = TimeSpan.FromMilliseconds(milliseconds);
            await _cluster.AdvanceAsync(pauses[^1]);
            pauses.Add((await _cluster.PauseAsync()).Pause);
        }

        Assert.Equal([1, 1, 1.8, 27, 1], pauses.Select(static pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task Look_FailsAfterLong_IsTriedAgainSoon()
    {
        _cluster.Client.OnGetSilos = () =>
        {
            _cluster.Time.Advance(TimeSpan.FromMinutes(1));
            throw new StoreUnavailableException("iris", "It does not answer.");
        };
        using var page = _cluster.Follow();

        var (seen, pause) = await _cluster.PauseAsync();

        Assert.NotNull(seen.Fault);
        Assert.Equal(WatchedCluster.LeastPause, pause);
    }

    [Fact]
    public async Task Look_OfAPage_HasNothingOfThePagesContext()
    {
        var context = new AsyncLocal<string?> { Value = "page" };
        var seen = new ConcurrentQueue<string?>();
        _cluster.Client.OnGetSilos = () =>
        {
            seen.Enqueue(context.Value);
            return Task.FromResult<ImmutableArray<SiloResidency>>([]);
        };

        using var page = _cluster.Follow();
        await _cluster.NextAsync();

        Assert.Equal([null], seen);
        Assert.Equal("page", context.Value);
    }

    [Theory]
    [InlineData(true, "access denied")]
    [InlineData(false, "InvalidOperationException")]
    public async Task Look_Fails_PagesSaySoKeepWhatTheySawAndTheNextLookMayDoBetter(bool isForeseen, string expected)
    {
        using var page = _cluster.Follow();
        var (before, _) = await _cluster.PauseAsync();
        var works = _cluster.Client.OnGetSilos;
        _cluster.Client.OnGetSilos = () => throw (isForeseen ? new StoreUnavailableException("iris", expected) : new InvalidOperationException("secret detail"));

        var failed = await _cluster.LookAgainAsync();
        _cluster.Client.OnGetSilos = works;
        var after = await _cluster.LookAgainAsync();

        Assert.Contains(expected, failed.Fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failed.Fault, StringComparison.Ordinal);
        Assert.Equal((before.Silos, before.Events), (failed.Silos, failed.Events));
        Assert.Null(after.Fault);
        Assert.Equal((LogLevel.Warning, 2200), Assert.Single(_cluster.Log.Entries.Select(static entry => (entry.Level, entry.EventId))));
    }

    [Fact]
    public async Task Look_TheFirstOneFails_PagesSaySoAndKnowNothing()
    {
        _cluster.Client.OnGetHistory = static _ => throw new TaskCanceledException("not by us");
        using var page = _cluster.Follow();

        var (seen, pause) = await _cluster.PauseAsync();

        Assert.Contains(nameof(TaskCanceledException), seen.Fault, StringComparison.Ordinal);
        Assert.Equal((false, WatchedCluster.LeastPause), (seen.IsKnown, pause));
    }

    [Fact]
    public async Task Dispose_DuringALook_EndsItAndTellsNobody()
    {
        var asked = new Checkpoint();
        _cluster.Client.OnGetEvents = async (_, _, token) =>
        {
            await asked.PassAsync(token);
            throw new InvalidOperationException("It was let through.");
        };
        using var page = _cluster.Follow();
        await asked.Reached;

        await _cluster.DisposeAsync();

        Assert.False(_cluster.HasMore);
        Assert.Empty(_cluster.Log.Entries);
    }
}
