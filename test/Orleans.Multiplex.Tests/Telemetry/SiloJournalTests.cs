using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Telemetry.Journal;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry;

public sealed class SiloJournalTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Read_AfterAPlace_GivesWhatCameAfterIt()
    {
        var journal = Write(5);

        var page = journal.Read(after: 3, limit: 10);

        Assert.Equal(["e4", "e5"], page.Events.Select(static one => one.Message));
        Assert.Equal(5, page.Last);
        Assert.False(page.HasMore);
    }

    [Fact]
    public void Read_MoreThanTheLimit_SaysThatThereIsMoreAndGoesOnWithoutAGap()
    {
        var journal = Write(5);

        var first = journal.Read(after: 0, limit: 3);
        var second = journal.Read(first.Last, limit: 3);

        Assert.True(first.HasMore);
        Assert.False(second.HasMore);
        Assert.Equal(["e1", "e2", "e3", "e4", "e5"], first.Events.Concat(second.Events).Select(static one => one.Message));
    }

    [Theory]
    [InlineData(2, "e4,e5")]
    [InlineData(0, "")]
    [InlineData(9, "e1,e2,e3,e4,e5")]
    public void Read_WithoutAPlace_GivesTheLast(int limit, string expected)
    {
        var page = Write(5).Read(after: null, limit);

        Assert.Equal(expected, string.Join(',', page.Events.Select(static one => one.Message)));
        Assert.Equal(5, page.Last);
    }

    [Fact]
    public void Read_EventsThatAreKeptNoLonger_SaysHowManyAndGivesTheRest()
    {
        var journal = Write(7, capacity: 4);

        var page = journal.Read(after: 1, limit: 10);

        Assert.Equal(ClusterEventKind.Missed, page.Events[0].Kind);
        Assert.Equal(2, page.Events[0].Count);
        Assert.Equal(["e4", "e5", "e6", "e7"], page.Events.Skip(1).Select(static one => one.Message));
        Assert.Equal(7, page.Last);
    }

    [Fact]
    public void Read_NothingNew_KeepsThePlace()
    {
        var page = Write(5).Read(after: 5, limit: 10);

        Assert.Empty(page.Events);
        Assert.Equal(5, page.Last);
        Assert.Equal(0, new SiloJournal("s", _time).Read(after: null, limit: 10).Last);
    }

    [Fact]
    public void Add_ClockSetBack_LaterEventsAreNotEarlier()
    {
        var time = new WatchedClock();
        var journal = new SiloJournal("s", time);
        journal.Add(Entry("first"));
        time.Now = time.Now.AddHours(-1);
        journal.Add(Entry("second"));

        var events = journal.Read(0, 10).Events;

        Assert.Equal(events[0].At, events[1].At);
    }

    [Fact]
    public void Find_OfAModel_OutlivesTheOtherEvents()
    {
        var journal = new SiloJournal("s", _time, capacity: 4);
        journal.Add(Entry("loaded") with { Model = "m" });
        journal.Add(Entry("evicted") with { Model = "m" });
        for (var i = 0; i < 100; i++)
        {
            journal.Add(Entry("x") with { Model = $"other{i}" });
        }

        Assert.Equal(["evicted", "loaded"], journal.Find("m").Select(static one => one.Message));
        Assert.Empty(journal.Find("n"));
    }

    [Fact]
    public void Read_AfterAPlaceThatHasNotComeYet_GivesWhatComes()
    {
        var journal = Write(5);

        var page = journal.Read(after: 1L << 50, limit: 10);

        Assert.Empty(page.Events);
        Assert.Equal((5, false), (page.Last, page.HasMore));
    }

    [Fact]
    public void Find_OfAModelThatIsRefusedAgainAndAgain_StillSaysWhyItWasEvicted()
    {
        var journal = new SiloJournal("s", _time);
        journal.Add(Entry("evicted") with { Model = "m" });
        for (var i = 0; i < 1000; i++)
        {
            journal.Add(new JournalEntry(ClusterEventKind.Refused, "no_capacity", "no room") { Model = "m", Count = 2 });
            journal.Add(new JournalEntry(ClusterEventKind.LoadFailed, "noRoom", "no room") { Model = "m" });
        }

        Assert.Equal([("no room", 1000), ("no room", 2000), ("evicted", 1)], journal.Find("m").Select(static one => (one.Message, one.Count)));
    }

    private SiloJournal Write(int count, int capacity = 100)
    {
        var journal = new SiloJournal("s", _time, capacity);
        for (var i = 1; i <= count; i++)
        {
            journal.Add(Entry($"e{i}"));
        }

        return journal;
    }

    private static JournalEntry Entry(string message) => new(ClusterEventKind.Loaded, "", message);

    private sealed class WatchedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
