using Orleans.Multiplex.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

public sealed class LatenessTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Factor_NothingIsKnown_IsALittleMoreThanExpected() => Assert.Equal(1.2, default(Lateness).Factor);

    [Fact]
    public void Factor_AllTakeAsMuchLonger_IsThat() => Assert.Equal(1.5, After(Enumerable.Repeat(1.5, 400)).Factor, 0.01);

    [Fact]
    public void Factor_TheyDiffer_IsAboveTheMeanByFourTimesAsMuch() =>
        Assert.Equal(2.5, After(Enumerable.Range(0, 1000).Select(static i => i % 2 == 0 ? 1.25 : 1.75)).Factor, 0.05);

    [Fact]
    public void Factor_AllAreEarly_IsALittleMoreThanExpected() => Assert.Equal(1.2, After(Enumerable.Repeat(0.5, 400)).Factor);

    [Fact]
    public void Factor_OneIsLateBeyondMeasure_IsBounded() => Assert.InRange(After([1e9]).Factor, 1.2, 8);

    [Fact]
    public void Factor_NothingWasExpected_SaysNothing() => Assert.Equal(default, default(Lateness).Add(TimeSpan.Zero, TimeSpan.Zero));

    private static Lateness After(IEnumerable<double> times) =>
        times.Aggregate(default(Lateness), static (lateness, times) => lateness.Add(Second, Second * times));
}
