using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Placement;
using Xunit;

namespace Orleans.Multiplex.Tests.Placement;

public sealed class PassOnLimiterTests
{
    [Fact]
    public void TryPass_OneModel_TwiceASecondAndEachModelForItself()
    {
        var time = new FakeTimeProvider();
        var limiter = new PassOnLimiter(time);

        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => limiter.TryPass("A", "m", isFact: false)));
        Assert.True(limiter.TryPass("A", "other", isFact: false));
        Assert.True(limiter.TryPass("B", "m", isFact: false));

        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(limiter.TryPass("A", "m", isFact: false));

        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limiter.TryPass("A", "m", isFact: false)));
    }

    [Fact]
    public void TryPass_OnFacts_EightTimesASecondAndNoneOnGuessesAfterwards()
    {
        var limiter = new PassOnLimiter(new FakeTimeProvider());

        Assert.Equal(8, Enumerable.Range(0, 20).Count(_ => limiter.TryPass("A", "m", isFact: true)));
        Assert.False(limiter.TryPass("A", "m", isFact: false));
    }

    [Theory]
    [InlineData(null, -1)]
    [InlineData(-5.0, 0)]
    [InlineData(0.0, 0)]
    [InlineData(0.99, 0)]
    [InlineData(1.0, 1)]
    [InlineData(1.99, 1)]
    [InlineData(2.0, 2)]
    [InlineData(3.99, 2)]
    [InlineData(4.0, 3)]
    [InlineData(3600.0, 12)]
    public void GetBand_Age_DoublesFromBandToBand(double? seconds, int band) =>
        Assert.Equal(band, AgeBands.GetBand(seconds is { } age ? TimeSpan.FromSeconds(age) : null));
}
