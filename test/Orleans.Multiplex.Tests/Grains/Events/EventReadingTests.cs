using Orleans.Multiplex.Grains.Events;
using Orleans.Multiplex.Telemetry.Journal;
using Xunit;
using static Orleans.Multiplex.Tests.Grains.Events.Members;

namespace Orleans.Multiplex.Tests.Grains.Events;

public sealed class EventReadingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly FakeSilos _silos = new();
    private readonly EventReading _reading;

    public EventReadingTests()
    {
        _reading = new EventReading(_silos.Channel);
        _silos.Set(SiloStatus.Active, 1, 2, 3);
    }

    public static TheoryData<Exception> WaysNotToAnswer => [new TimeoutException(), new SiloUnavailableException("gone")];

    [Fact]
    public async Task Read_NoSilos_IsEmpty()
    {
        var page = await new EventReading(new FakeSilos().Channel).ReadAsync(after: null, 10, Patience, Cancellation);

        Assert.Equal(("", "", false), (Messages(page), page.Position, page.HasMore));
    }

    [Fact]
    public async Task Read_NothingHasHappened_IsEmptyAndHasAPosition()
    {
        var page = await ReadAsync();

        Assert.Equal(("", false), (Messages(page), page.HasMore));
        _silos.Tell(2, "a");
        Assert.Equal("a", Messages(await ReadAsync(page)));
    }

    [Fact]
    public async Task Read_WithoutAPosition_HasTheLastOfAllInTheOrderOfTheirTimes()
    {
        TellInTurn("a1", "b2", "c3", "d1", "e2", "f1");

        var page = await ReadAsync(limit: 4);

        Assert.Equal(("c3,d1,e2,f1", false), (Messages(page), page.HasMore));
        Assert.All(_silos.Asked, static one => Assert.Equal((null, 4), (one.After, one.Limit)));
        Assert.Equal(3, _silos.Asked.Count);
    }

    [Fact]
    public async Task Read_AtTheSameTime_IsInTheOrderOfSilosAndOfEachAsItHappened()
    {
        foreach (var message in new[] { "b3", "a2", "d3", "c2", "e1" })
        {
            _silos.Tell(message[1] - '0', message, seconds: 0);
        }

        Assert.Equal("e1,a2,c2,b3,d3", Messages(await ReadAsync()));
    }

    [Fact]
    public async Task Read_OnFromAPosition_HasWhatIsNewAndOnlyThat()
    {
        TellInTurn("a1", "b2", "c3");
        var page = await ReadAsync(limit: 1);
        TellInTurn("d2", "e1", "f2");
        _silos.Asked.Clear();

        var next = await ReadAsync(page, limit: 1);

        Assert.Equal(("c3", "d2,e1,f2"), (Messages(page), Messages(next)));
        Assert.Equal([(Address(1), 1L, 1000), (Address(2), 1L, 1000), (Address(3), 1L, 1000)], _silos.Asked.Select(static one => (one.Silo, one.After ?? -1, one.Limit)).OrderBy(static one => one.Silo));
        Assert.Equal("", Messages(await ReadAsync(next)));
    }

    [Fact]
    public async Task Read_LimitOfNone_IsThePositionOfNow()
    {
        TellInTurn("a1", "b2");
        var page = await ReadAsync(limit: 0);
        TellInTurn("c1");

        Assert.Equal(("", "c1"), (Messages(page), Messages(await ReadAsync(page))));
    }

    [Fact]
    public async Task Read_MoreThanIsReadOfASiloAtOnce_SaysSoAndGoesOnToTheEnd()
    {
        var page = await ReadAsync();
        TellInTurn([.. Enumerable.Repeat("a1", (2 * EventReading.MostOfOne) + 500), "b2"]);
        var reads = new List<(int, bool)>();
        do
        {
            page = await ReadAsync(page);
            reads.Add((page.Events.Length, page.HasMore));
        }
        while (page.HasMore && reads.Count < 9);

        Assert.Equal([(EventReading.MostOfOne + 1, true), (EventReading.MostOfOne, true), (500, false)], reads);
    }

    [Fact]
    public async Task Read_SiloThatJoins_IsReadFromItsBeginning()
    {
        var page = await ReadAsync();
        _silos.Set(SiloStatus.Active, 4);
        TellInTurn("a4", "b4");

        Assert.Equal("a4,b4", Messages(await ReadAsync(page)));
    }

    [Theory]
    [InlineData(SiloStatus.Joining)]
    [InlineData(SiloStatus.ShuttingDown)]
    [InlineData(SiloStatus.Dead)]
    public async Task Read_SiloThatIsNotActive_IsNotAsked(SiloStatus status)
    {
        _silos.Set(status, 3);
        TellInTurn("a1", "b3");

        Assert.Equal("a1", Messages(await ReadAsync()));
    }

    [Fact]
    public async Task Position_OfSilosThatHaveGone_ForgetsThoseThatAreDeadAndNoOther()
    {
        TellInTurn("a1", "b2", "c3");
        var page = await ReadAsync();
        _silos.Set(SiloStatus.Dead, 2);
        _silos.Set(SiloStatus.ShuttingDown, 3);

        var position = EventPosition.TryParse((await ReadAsync(page)).Position)!;

        Assert.Equal([1, 0, 1], [position[Address(1)], position[Address(2)], position[Address(3)]]);
    }

    [Fact]
    public async Task Read_SilosThatDoNotAnswerInTime_AreLeftOutAndTellItLater()
    {
        var page = await ReadAsync();
        TellInTurn("a1", "b2", "c3");
        _silos.Silence(2, Never);
        _silos.Silence(3, Never);

        // One patience for both: they are asked at once.
        var read = ReadAsync(page);
        Assert.Equal(Patience, await _silos.Time.NextTimerAsync());
        _silos.Time.Advance(Patience - TimeSpan.FromTicks(1));
        Assert.False(read.IsCompleted);
        _silos.Time.Advance(TimeSpan.FromTicks(1));
        var without = await read.Soon();
        _silos.Answer(2);
        _silos.Answer(3);
        TellInTurn("d2");
        var with = await ReadAsync(without);

        Assert.Equal(("a1", "b2,c3,d2"), (Messages(without), Messages(with)));
    }

    [Theory]
    [MemberData(nameof(WaysNotToAnswer))]
    public async Task Read_SiloThatCannotBeAsked_IsLeftOutAndTellsItLater(Exception error)
    {
        var page = await ReadAsync();
        TellInTurn("a1", "b2");
        _silos.Silence(2, () => Task.FromException<JournalPage>(error));
        var without = await ReadAsync(page);
        _silos.Answer(2);

        Assert.Equal(("a1", "b2"), (Messages(without), Messages(await ReadAsync(without))));
    }

    [Fact]
    public async Task Read_SiloThatIsSilentAtFirst_TellsWhatIsStillToComeAndNothingOld()
    {
        TellInTurn("a1", "b2", "c2");
        _silos.Silence(2, Refused);
        var page = await ReadAsync();
        page = Check("a1", page);
        page = Check("", await ReadAsync(page));
        _silos.Answer(2);
        page = Check("", await ReadAsync(page));
        TellInTurn("d2", "e1");

        Check("d2,e1", await ReadAsync(page));

        static ClusterEventPage Check(string expected, ClusterEventPage page)
        {
            Assert.Equal(expected, Messages(page));
            return page;
        }
    }

    [Fact]
    public async Task Read_SiloThatJoinsDuringTheFirstOne_IsNotTakenForASilentOne()
    {
        _silos.Silence(3, () =>
        {
            _silos.Answer(3);
            _silos.Set(SiloStatus.Active, 4);
            TellInTurn("a4");
            return Refused();
        });
        var page = await ReadAsync();

        Assert.Equal(("", "a4"), (Messages(page), Messages(await ReadAsync(page))));
    }

    [Fact]
    public async Task Read_CallerWhoLeaves_DoesNotWait()
    {
        using var leaving = new CancellationTokenSource();
        _silos.Silence(2, Never);
        var read = _reading.ReadAsync(after: null, 10, Patience, leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.Soon());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Messages(ClusterEventPage page) => string.Join(',', page.Events.Select(static one => one.Message));

    private static Task<JournalPage> Never() => new TaskCompletionSource<JournalPage>().Task;

    private static Task<JournalPage> Refused() => Task.FromException<JournalPage>(new SiloUnavailableException("gone"));

    // Each on the silo that its last letter says, one after the other.
    private void TellInTurn(params ReadOnlySpan<string> messages)
    {
        foreach (var message in messages)
        {
            _silos.Tell(message[^1] - '0', message);
        }
    }

    private Task<ClusterEventPage> ReadAsync(ClusterEventPage? after = null, int limit = 100) =>
        _reading.ReadAsync(after is null ? null : EventPosition.TryParse(after.Position), limit, Patience, Cancellation);
}
