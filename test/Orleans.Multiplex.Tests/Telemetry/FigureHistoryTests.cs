using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Telemetry.Figures;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry;

public sealed class FigureHistoryTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 3, TimeSpan.Zero));
    private readonly SiloCounters _counters = new();
    private readonly FigureHistory _history;

    public FigureHistoryTests()
    {
        _history = new FigureHistory(_counters, _time);
        _history.Start();
    }

    public void Dispose() => _history.Dispose();

    [Fact]
    public void Slots_EndAtWholeFiveSecondsOfTheClock()
    {
        _counters.Add(Counted.Hit);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Empty(_history.Read(10));

        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal([1], _history.Read(10).Select(static slot => slot.Hits));
    }

    [Fact]
    public void Slots_EachHasWhatWasCountedInIt()
    {
        Pass(hits: 3, cold: 1);
        Pass(hits: 0, cold: 0);
        Pass(hits: 2, cold: 0);

        Assert.Equal([(3, 1), (0, 0), (2, 0)], _history.Read(10).Select(static slot => (slot.Hits, slot.ColdStarts)));
        Assert.Equal([2], _history.Read(1).Select(static slot => slot.Hits));
    }

    [Fact]
    public void Slots_OfMoreThanAQuarterOfAnHour_AreForgotten()
    {
        for (var i = 0; i < SiloHistory.MostSlots + 5; i++)
        {
            Pass(hits: i, cold: 0);
        }

        var slots = _history.Read(1000);

        Assert.Equal((SiloHistory.MostSlots, 5), (slots.Length, slots[0].Hits));
    }

    [Fact]
    public void Times_AreThoseOfTheLastMinute()
    {
        _counters.Latency.Add(TimeSpan.FromSeconds(10));
        Pass(hits: 1, cold: 0);
        Assert.InRange(_history.GetTimes().P50!.Value.TotalSeconds, 10, 12.5);
        for (var i = 0; i < 12; i++)
        {
            _counters.Latency.Add(TimeSpan.FromMilliseconds(1));
            Pass(hits: 1, cold: 0);
        }

        Assert.InRange(_history.GetTimes().P99!.Value.TotalMilliseconds, 1, 1.25);
        Assert.InRange(_history.Read(1)[0].P50!.Value.TotalMilliseconds, 1, 1.25);
    }

    [Fact]
    public void Rate_IsThatOfTheLastTenSeconds()
    {
        Assert.Equal(0, _history.GetRate(static slot => slot.Hits));
        Pass(hits: 1000, cold: 0);
        Pass(hits: 10, cold: 0);
        Pass(hits: 20, cold: 0);

        Assert.Equal(3, _history.GetRate(static slot => slot.Hits));
    }

    private void Pass(int hits, int cold)
    {
        for (var i = 0; i < hits; i++)
        {
            _counters.Add(Counted.Hit);
        }

        for (var i = 0; i < cold; i++)
        {
            _counters.Add(Counted.Cold);
        }

        _time.Advance(SiloHistory.SlotLength);
    }
}
