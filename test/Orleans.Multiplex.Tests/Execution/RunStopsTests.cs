using Orleans.Multiplex.Execution;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution;

/// <summary>What ends runs is used again and again: no run may end by what was meant for another.</summary>
public sealed class RunStopsTests
{
    private readonly RunStops _stops = new(TimeProvider.System);

    [Fact]
    public void Begin_AfterARunThatEndedByItself_HasTheSameOneAndIsNotEndedByTheCallerBefore()
    {
        using var before = new CancellationTokenSource();
        CancellationToken first;
        using (var stop = _stops.Begin(TimeSpan.FromMinutes(1), before.Token))
        {
            first = stop.Token;
        }

        using var next = _stops.Begin(TimeSpan.FromMinutes(1), CancellationToken.None);
        before.Cancel();

        Assert.Equal(first, next.Token);
        Assert.False(next.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task Begin_AfterARunWithLessTime_HasItsOwnTime()
    {
        using (_stops.Begin(TimeSpan.FromMilliseconds(30), CancellationToken.None))
        {
        }

        using var next = _stops.Begin(TimeSpan.FromMinutes(1), CancellationToken.None);
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.False(next.Token.IsCancellationRequested);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Begin_AfterARunThatWasEnded_HasAnotherOne(bool byCaller)
    {
        using var caller = new CancellationTokenSource();
        CancellationToken ended;
        using (var stop = _stops.Begin(byCaller ? TimeSpan.FromMinutes(1) : TimeSpan.FromMilliseconds(1), caller.Token))
        {
            ended = stop.Token;
            if (byCaller)
            {
                await caller.CancelAsync();
            }

            while (!ended.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }

        using var next = _stops.Begin(TimeSpan.FromMinutes(1), CancellationToken.None);

        Assert.NotEqual(ended, next.Token);
        Assert.False(next.Token.IsCancellationRequested);
    }
}
