using System.Collections.Concurrent;
using Orleans.Multiplex.Dashboard.Watching;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard.Watching;

/// <summary>What looks have of the past: the slots and the events.</summary>
public sealed class WatchedHistoryTests : IAsyncDisposable
{
    private readonly WatchedCluster _cluster = new();
    private readonly ConcurrentQueue<(string? After, int Last)> _asked = [];

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task History_OfAQuarterOfAnHour_IsAskedForOnceASlot()
    {
        var asked = new List<int>();
        _cluster.Client.OnGetHistory = slots =>
        {
            asked.Add(slots);
            return [new SiloHistory($"look-{asked.Count}", [])];
        };
        using var page = _cluster.Follow();
        var seen = new List<(string, double)>();
        var (first, _) = await _cluster.PauseAsync();
        var start = first.HistoryEnd;
        for (var look = first; seen.Count < 7; look = await _cluster.LookAgainAsync())
        {
            seen.Add((Assert.Single(look.History).Silo, (look.HistoryEnd - start).TotalSeconds));
        }

        Assert.Equal([("look-1", 0), ("look-1", 0), ("look-1", 0), ("look-1", 0), ("look-1", 0), ("look-2", 5), ("look-2", 5)], seen);
        Assert.All(asked, static slots => Assert.Equal(SiloHistory.MostSlots, slots));
    }

    [Fact]
    public async Task History_EndsWithTheLastSlotThatIsOver()
    {
        _cluster.Time.Advance(TimeSpan.FromSeconds(7));
        using var page = _cluster.Follow();

        var (seen, _) = await _cluster.PauseAsync();

        Assert.Equal(_cluster.Time.GetUtcNow() - TimeSpan.FromSeconds(2), seen.HistoryEnd);
    }

    [Fact]
    public async Task Events_OfLookAfterLook_AreReadOnFromTheLastAndShownNewestFirst()
    {
        Answer(Page("p1", 1, 2), Page("p2"), Page("p3", 3, 4));
        using var page = _cluster.Follow();

        Assert.Equal([2, 1], Sequences(await _cluster.PauseAsync()));
        Assert.Equal([2, 1], Sequences(await _cluster.LookAgainAsync()));
        Assert.Equal([4, 3, 2, 1], Sequences(await _cluster.LookAgainAsync()));
        Assert.Equal([(null, 1000), ("p1", 1000), ("p2", 1000)], _asked);
    }

    [Fact]
    public async Task Events_MoreThanPagesShow_LoseTheOldest()
    {
        Answer(Page("p1", [.. Enumerable.Range(1, 1000)]), Page("p2", [.. Enumerable.Range(1001, 1000)]), Page("p3", [.. Enumerable.Range(2001, 3)]));
        using var page = _cluster.Follow();
        await _cluster.PauseAsync();
        Assert.Equal(2000, (await _cluster.LookAgainAsync()).Events.Count);

        var seen = await _cluster.LookAgainAsync();

        Assert.Equal([.. Enumerable.Range(4, 2000).Reverse()], Sequences(seen));
    }

    [Fact]
    public async Task Events_FarBehind_GoOnWithTheLastOnes()
    {
        Answer(Page("p1", 1), Page("p2", 2) with { HasMore = true }, Page("p9", 8, 9), Page("p10", 10));
        using var page = _cluster.Follow();
        await _cluster.PauseAsync();

        Assert.Equal([2, 1], Sequences(await _cluster.LookAgainAsync()));
        Assert.Equal([9, 8], Sequences(await _cluster.LookAgainAsync()));
        Assert.Equal([10, 9, 8], Sequences(await _cluster.LookAgainAsync()));
        Assert.Equal([null, "p1", null, "p9"], _asked.Select(static one => one.After));
    }

    [Fact]
    public async Task Events_LookThatFails_LosesNone()
    {
        Answer(Page("p1", 1), null, Page("p2", 2));
        using var page = _cluster.Follow();
        await _cluster.PauseAsync();

        Assert.Equal([1], Sequences(await _cluster.LookAgainAsync()));
        Assert.Equal([2, 1], Sequences(await _cluster.LookAgainAsync()));
        Assert.Equal([null, "p1", "p1"], _asked.Select(static one => one.After));
    }

    [Fact]
    public async Task Events_WhileNobodyFollowed_AreNoNewsToWhoComes()
    {
        Answer(Page("p1", 1, 2), Page("p9", 8, 9));
        var first = _cluster.Follow();
        await _cluster.PauseAsync();
        first.Dispose();
        await _cluster.AdvanceAsync();

        using var second = _cluster.Follow();

        Assert.Equal([9, 8], Sequences(await _cluster.PauseAsync()));
        Assert.Equal([null, null], _asked.Select(static one => one.After));
    }

    private static IEnumerable<int> Sequences((ClusterSnapshot Seen, TimeSpan Pause) look) => Sequences(look.Seen);

    private static IEnumerable<int> Sequences(ClusterSnapshot seen) => seen.Events.Select(static one => (int)one.Sequence);

    // A page for each look; none where it fails.
    private void Answer(params ClusterEventPage?[] pages)
    {
        var left = new Queue<ClusterEventPage?>(pages);
        _cluster.Client.OnGetEvents = (after, last, _) =>
        {
            _asked.Enqueue((after, last));
            return Task.FromResult(left.Dequeue() ?? throw new InvalidOperationException("No answer."));
        };
    }

    private static ClusterEventPage Page(string position, params int[] sequences) => new()
    {
        Events = [.. sequences.Select(static sequence => new ClusterEvent { Silo = "silo-1", Sequence = sequence, At = default, Kind = ClusterEventKind.Loaded, Message = "Loaded." })],
        Position = position,
        HasMore = false,
    };
}
