using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.AspNetCore.Access;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Access;

public sealed class RateLimitTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void TryTake_ABurst_PassesAndThenTheRate()
    {
        var limit = new RateLimit(perSecond: 2, burst: 3, _time);

        Assert.Equal(3, Passing(limit));
        Assert.False(limit.TryTake(out var wait));
        Assert.Equal(TimeSpan.FromSeconds(0.5), wait);
        _time.Advance(wait - TimeSpan.FromTicks(1));
        Assert.Equal(0, Passing(limit));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, Passing(limit));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Passing(limit));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, Passing(limit));
    }

    [Fact]
    public void TryTake_BelowOnePerSecond_WaitsAsLong()
    {
        var limit = new RateLimit(perSecond: 0.001, burst: 1, _time);

        Assert.Equal(1, Passing(limit));
        Assert.False(limit.TryTake(out var wait));
        Assert.Equal(TimeSpan.FromSeconds(1000), wait);
    }

    [Fact]
    public void TryTake_ExtremeSettings_DoNotOverflow()
    {
        var limit = new RateLimit(perSecond: 0.001, burst: 1_000_000, TimeProvider.System);

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(limit.TryTake(out var _)));
    }

    [Fact]
    public void TryTake_FromManyThreads_PassesAsManyAsFromOne()
    {
        var limit = new RateLimit(perSecond: 1, burst: 1000, _time);
        var passed = 0;

        Parallel.For(0, 5000, _ =>
        {
            if (limit.TryTake(out var _))
            {
                Interlocked.Increment(ref passed);
            }
        });

        Assert.Equal(1000, passed);
    }

    private static int Passing(RateLimit limit)
    {
        var passing = 0;
        while (limit.TryTake(out _))
        {
            passing++;
        }

        return passing;
    }
}
