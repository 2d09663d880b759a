using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Grains;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains;

public sealed class StreamPauseTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Pause_TimerComesALittleEarly_EndsTheEnumerationAllTheSame()
    {
        var time = new EarlyTimers();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var pause = new StreamPause(Longest, time, () =>
        {
            ended.SetResult();
            return Task.CompletedTask;
        });
        pause.Begin();

        time.Advance(Longest - EarlyTimers.Early);
        await time.NextChangeAsync(EarlyTimers.Early);
        Assert.False(pause.IsOver);
        time.Advance(EarlyTimers.Early);

        await ended.Task.Soon();
        Assert.True(pause.IsOver);
    }

    [Fact]
    public void Pause_CallerAsksAgain_EndsNothing()
    {
        var time = new FakeTimeProvider();
        using var pause = new StreamPause(Longest, time, () => throw new InvalidOperationException("It was asked for."));
        pause.Begin();
        pause.End();

        time.Advance(Longest * 2);

        Assert.False(pause.IsOver);
    }

    /// <summary>A clock whose timers come a little before their time, as real ones do, where they wait for longer than that.</summary>
    private sealed class EarlyTimers : FakeTimeProvider
    {
        public static readonly TimeSpan Early = TimeSpan.FromMilliseconds(2);

        private readonly Channel<TimeSpan> _changes = Channel.CreateUnbounded<TimeSpan>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new EarlyTimer(base.CreateTimer(callback, state, dueTime, period), _changes.Writer);

        public async Task NextChangeAsync(TimeSpan dueTime)
        {
            while (await _changes.Reader.ReadAsync(TestContext.Current.CancellationToken).Soon() != dueTime)
            {
            }
        }

        private sealed class EarlyTimer(ITimer inner, ChannelWriter<TimeSpan> changes) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var isChanged = inner.Change(dueTime > Early ? dueTime - Early : dueTime, period);
                changes.TryWrite(dueTime);
                return isChanged;
            }

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
