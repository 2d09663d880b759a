using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Telemetry.Journal;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry;

public sealed class RepeatedEventsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SiloJournal _journal;
    private readonly RepeatedEvents _repeated;

    public RepeatedEventsTests()
    {
        _journal = new SiloJournal("s", _time);
        _repeated = new RepeatedEvents(_journal, _time);
    }

    public void Dispose() => _repeated.Dispose();

    [Fact]
    public void Add_First_IsWrittenAtOnce()
    {
        Add("m");

        Assert.Equal("m 1", Written());
    }

    [Fact]
    public void Add_ManyInASecond_AreWrittenInSumAtItsEnd()
    {
        for (var i = 0; i < 1000; i++)
        {
            Add("m");
        }

        Assert.Equal("m 1", Written());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("m 1,m 999", Written());
    }

    [Fact]
    public void Add_AfterTheSecond_BeginsAnew()
    {
        Add("m");
        _time.Advance(TimeSpan.FromSeconds(1));
        Add("m");

        Assert.Equal("m 1,m 1", Written());
    }

    [Fact]
    public void Add_OneIdInTwoPools_AreToldApart()
    {
        Add("m", pool: "p");
        Add("m", pool: "q");
        Add("m", pool: "q");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["p 1", "q 1", "q 1"], _journal.Read(0, 1000).Events.Select(static one => $"{one.Pool} {one.Count}"));
    }

    [Fact]
    public void Add_OtherModelsAndReasons_AreToldApart()
    {
        Add("m");
        Add("n");
        Add("m", "full");
        Add("n");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("m 1,n 1,m 1,n 1", Written());
    }

    [Fact]
    public void Add_FloodOfModels_LosesNoneInTheSumAndWritesFew()
    {
        const int Models = 100_000;
        for (var i = 0; i < Models; i++)
        {
            Add(i.ToString(CultureInfo.InvariantCulture));
        }

        _time.Advance(TimeSpan.FromSeconds(1));

        var events = _journal.Read(0, 10_000).Events;
        Assert.Equal(Models, events.Sum(static one => one.Count));
        Assert.InRange(events.Length, 2, 300);
        Assert.Null(events[^1].Model);
        Assert.Contains("times for other models.", events[^1].Message, StringComparison.Ordinal);
    }

    private void Add(string model, string reason = "overloaded", string pool = "p") =>
        _repeated.Add(new JournalEntry(ClusterEventKind.Refused, reason, "Too many.") { Pool = pool, Model = model });

    private string Written() => string.Join(',', _journal.Read(0, 1000).Events.Select(static one => $"{one.Model} {one.Count}"));
}
