using CsCheck;
using Orleans.Multiplex.Telemetry.Figures;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Class_OfAnyTime_EndsAboveItAndByNoMoreThanAQuarter() =>
        Gen.Long[TimeSpan.TicksPerMicrosecond, TimeSpan.TicksPerMinute].Sample(static ticks =>
        {
            var time = TimeSpan.FromTicks(ticks);
            var end = LatencyHistogram.GetEnd(LatencyHistogram.FindClass(time));
            return end > time && end <= (time * 1.25) + TimeSpan.FromTicks(1);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(long.MaxValue)]
    public void Class_OfWhatIsOutOfRange_IsTheFirstOrTheLast(long ticks) =>
        Assert.Equal(ticks > 0 ? LatencyHistogram.Classes - 1 : 0, LatencyHistogram.FindClass(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void Quantiles_OfKnownTimes_AreTheirs()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 100; i++)
        {
            histogram.Add(TimeSpan.FromMilliseconds(i));
        }

        var counts = histogram.Read();

        Assert.InRange(LatencyHistogram.FindQuantile(counts, 0.5)!.Value.TotalMilliseconds, 50, 62.5);
        Assert.InRange(LatencyHistogram.FindQuantile(counts, 0.99)!.Value.TotalMilliseconds, 99, 124);
        Assert.InRange(LatencyHistogram.FindQuantile(counts, 1)!.Value.TotalMilliseconds, 100, 125);
        Assert.InRange(LatencyHistogram.FindQuantile(counts, 0)!.Value.TotalMilliseconds, 1, 1.25);
    }

    [Fact]
    public void Quantile_OfNothing_IsNull() => Assert.Null(LatencyHistogram.FindQuantile(new LatencyHistogram().Read(), 0.5));
}
