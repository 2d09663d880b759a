using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

/// <summary>Work that keeps its inference thread long after its time.</summary>
public sealed class StuckRunTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLog _log = new();
    private readonly TestScheduler _scheduler;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StuckRunTests() => _scheduler = new(new(Threads: 1, MaxQueued: 1, MaxQueuedPerModel: 1024, TimeSpan.FromSeconds(1)), "silo-1", _time, _log);

    public void Dispose() => _scheduler.Dispose();

    [Fact]
    public async Task Run_NeverEnds_AnotherThreadTakesItsPlaceUntilItDoes()
    {
        var (stuck, second, third) = (new Checkpoint(), new Checkpoint(), new Checkpoint());
        var run = _scheduler.RunAsync("m", _ => Block(stuck), Minute, 0, _ended.SetResult, CancellationToken.None);
        await stuck.Reached;
        _time.Advance(Minute);
        await Assert.ThrowsAsync<InferenceTimeoutException>(() => run.Soon());
        var next = _scheduler.RunAsync("m", _ => Block(second), TimeSpan.FromDays(1), 0, () => { }, CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(10));

        await second.Reached;
        stuck.Open();
        await _ended.Task.Soon();
        var last = _scheduler.RunAsync("m", _ => Block(third), TimeSpan.FromDays(1), 0, () => { }, CancellationToken.None);
        second.Open();
        third.Open();
        Assert.Equal((1, 1), (await next.Soon(), await last.Soon()));
    }

    [Fact]
    public async Task Run_CallerGoesAwayEarly_TheRunHasItsWholeTimeBeforeItCountsAsStuck()
    {
        var running = new Checkpoint();
        using var caller = new CancellationTokenSource();
        var run = _scheduler.RunAsync("m", _ => Block(running), Minute, 0, () => { }, caller.Token);
        await running.Reached;
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Soon());
        var next = _scheduler.RunAsync("m", _ => 2, TimeSpan.FromDays(1), 0, () => { }, CancellationToken.None);

        _time.Advance(Minute);
        Assert.DoesNotContain(_log.Messages, message => message.Contains("kept an inference thread", StringComparison.Ordinal));

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(2, await next.Soon());
        Assert.Single(_log.Messages, message => message.Contains("kept an inference thread", StringComparison.Ordinal));
        running.Open();
    }

    [Fact]
    public async Task Run_NeverEnds_KeepsTheSiloBusyUntilAnotherThreadTakesItsPlace()
    {
        var stuck = new Checkpoint();
        var run = _scheduler.RunAsync("m", _ => Block(stuck), Minute, 0, _ended.SetResult, CancellationToken.None);
        await stuck.Reached;
        _time.Advance(Minute);
        await Assert.ThrowsAsync<InferenceTimeoutException>(() => run.Soon());
        var next = _scheduler.RunAsync("other", static _ => 2, TimeSpan.FromDays(1), 0, () => { }, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(10));
        await next.Soon();

        _time.Advance(Minute);

        var busy = TimeSpan.FromSeconds(70);
        Assert.Equal(busy, _scheduler.GetRuns("m").Busy.GetTotal(_time.GetTimestamp()));
        Assert.Equal(busy, _scheduler.Scheduler.Busy.GetTotal(_time.GetTimestamp()));
        stuck.Open();
        await _ended.Task.Soon();
        Assert.Equal(busy, _scheduler.GetRuns("m").Busy.GetTotal(_time.GetTimestamp()));
    }

    private static int Block(Checkpoint checkpoint)
    {
        checkpoint.Block();
        return 1;
    }
}
