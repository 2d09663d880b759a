using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

public sealed class InferenceSchedulerTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly TestScheduler _scheduler;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ends;

    public InferenceSchedulerTests() => _scheduler = Make(_time);

    public void Dispose() => _scheduler.Dispose();

    [Fact]
    public async Task Run_Succeeds_GivesTheResultAndEndsOnce()
    {
        var name = await RunAsync(_ => Thread.CurrentThread.Name).Soon();

        Assert.StartsWith("multiplex-run", name, StringComparison.Ordinal);
        Assert.Equal(1, _ends);
    }

    [Fact]
    public async Task Run_Throws_GivesTheSameErrorAndEndsOnce()
    {
        var thrown = new InvalidOperationException("bad");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync<int>(_ => throw thrown).Soon());

        Assert.Same(thrown, error);
        Assert.Equal(1, _ends);
    }

    [Fact]
    public async Task Run_ThrowsATimeoutOfItsOwn_GivesThatOne()
    {
        var thrown = new TimeoutException("the model's own");

        Assert.Same(thrown, await Assert.ThrowsAsync<TimeoutException>(() => RunAsync<int>(_ => throw thrown).Soon()));
    }

    [Fact]
    public async Task Run_WaitsForAThread_IsToldHowLong()
    {
        using var busy = await BlockAsync();
        var run = RunAsync(waited => waited);

        _time.Advance(TimeSpan.FromSeconds(7));
        busy.Dispose();

        Assert.Equal(TimeSpan.FromSeconds(7), await run.Soon());
    }

    [Fact]
    public async Task Run_QueueIsFull_IsRefusedAndEndsOnce()
    {
        using var busy = await BlockAsync();
        var queued = _scheduler.RunAsync("m", _ => 1, Minute, 0, () => { }, CancellationToken.None);

        var error = await Assert.ThrowsAsync<OverloadedException>(() => RunAsync(_ => 2));

        Assert.Equal(("m", TimeSpan.FromSeconds(1)), (error.ModelId, error.RetryAfter));
        Assert.Contains("Multiplex:Execution:MaxQueued", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _ends);
        busy.Dispose();
        Assert.Equal(1, await queued.Soon());
    }

    [Fact]
    public async Task Run_CancelledBefore_NeverRunsAndEndsOnce()
    {
        var hasRun = false;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunUntilAsync(_ => hasRun = true, new CancellationToken(true)));

        Assert.Equal((false, 1), (hasRun, _ends));
    }

    [Fact]
    public async Task Run_CancelledWhileQueued_NeverRunsAndEndsOnce()
    {
        using var busy = await BlockAsync();
        var hasRun = false;
        using var cancelled = new CancellationTokenSource();
        var run = RunUntilAsync(_ => hasRun = true, cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Soon());
        Assert.Equal(1, _ends);
        await AssertQueueIsEmptyAsync(busy);
        Assert.Equal((false, 1), (hasRun, _ends));
    }

    [Fact]
    public async Task Run_CancelledWhileItRuns_CallerGoesAndTheRunEndsLater()
    {
        var running = new Checkpoint();
        using var cancelled = new CancellationTokenSource();
        var run = RunUntilAsync(_ => Block(running), cancelled.Token);
        await running.Reached;

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Soon());
        Assert.Equal(0, _ends);
        running.Open();
        await _ended.Task.Soon();
        Assert.Equal(1, _ends);
    }

    [Fact]
    public async Task Run_DeadlineInTheQueue_SaysSoAndNeverRuns()
    {
        using var busy = await BlockAsync();
        var hasRun = false;
        var run = RunAsync(_ => hasRun = true);

        _time.Advance(Minute);

        var error = await Assert.ThrowsAsync<InferenceTimeoutException>(() => run.Soon());
        Assert.Contains("while it waited for an inference thread", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _ends);
        await AssertQueueIsEmptyAsync(busy);
        Assert.Equal((false, 1), (hasRun, _ends));
    }

    [Fact]
    public async Task Run_DeadlineInTheRun_SaysSoAndEndsWhenTheRunDoes()
    {
        var running = new Checkpoint();
        var run = RunAsync(_ => Block(running));
        await running.Reached;

        _time.Advance(Minute);

        var error = await Assert.ThrowsAsync<InferenceTimeoutException>(() => run.Soon());
        Assert.Contains("while it ran", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _ends);
        running.Open();
        await _ended.Task.Soon();
    }

    [Fact]
    public async Task Run_DeadlineSeenByTheThreadBeforeTheTimer_IsATimeoutToo()
    {
        var time = new LateTimers();
        using var scheduler = Make(time);
        var blocked = new Checkpoint();
        var first = scheduler.RunAsync("m", _ => Block(blocked), Minute, 0, () => { }, CancellationToken.None);
        await blocked.Reached;
        var hasRun = false;
        var run = scheduler.RunAsync("m", _ => hasRun = true, TimeSpan.FromSeconds(1), 0, OnEnded, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(1));

        blocked.Open();

        await Assert.ThrowsAsync<InferenceTimeoutException>(() => run.Soon());
        Assert.Equal((false, 1), (hasRun, _ends));
        Assert.Equal(1, await first.Soon());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-5000)]
    public async Task Run_NoTimeLeft_IsATimeoutAndNeverRuns(int milliseconds)
    {
        var hasRun = false;

        await Assert.ThrowsAsync<InferenceTimeoutException>(() => RunAsync(_ => hasRun = true, TimeSpan.FromMilliseconds(milliseconds)).Soon());

        await _ended.Task.Soon();
        Assert.Equal((false, 1), (hasRun, _ends));
    }

    [Fact]
    public async Task Run_ManyCallersSomeCancel_EachEndsOnceAndGetsItsOwnAnswer()
    {
        using var scheduler = new TestScheduler(new(3, 10_000, 10_000, TimeSpan.FromSeconds(1)), "silo-1", TimeProvider.System, NullLogger.Instance);
        var ends = new int[2000];
        var allEnded = new CountdownEvent(ends.Length);

        await Task.WhenAll(Enumerable.Range(0, ends.Length).Select(i => Task.Run(async () =>
        {
            using var cancelled = new CancellationTokenSource();
            var run = scheduler.RunAsync("m", _ => i, Minute, 0, () => End(i), cancelled.Token);
            if (i % 3 == 0)
            {
                await cancelled.CancelAsync();
            }

            try
            {
                Assert.Equal(i, await run);
            }
            catch (OperationCanceledException) when (i % 3 == 0)
            {
            }
        }))).Soon();
        await Task.Run(() => allEnded.Wait(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken).Soon();

        Assert.All(ends, count => Assert.Equal(1, count));
        allEnded.Dispose();

        void End(int i)
        {
            Interlocked.Increment(ref ends[i]);
            allEnded.Signal();
        }
    }

    private static TestScheduler Make(TimeProvider time) => new(new(Threads: 1, MaxQueued: 1, MaxQueuedPerModel: 1024, TimeSpan.FromSeconds(1)), "silo-1", time, NullLogger.Instance);

    private static int Block(Checkpoint checkpoint)
    {
        checkpoint.Block();
        return 1;
    }

    private Task<T> RunAsync<T>(Func<TimeSpan, T> work, TimeSpan? remaining = null) =>
        _scheduler.RunAsync("m", work, remaining ?? Minute, 0, OnEnded, CancellationToken.None);

    private Task<T> RunUntilAsync<T>(Func<TimeSpan, T> work, CancellationToken cancellationToken) =>
        _scheduler.RunAsync("m", work, Minute, 0, OnEnded, cancellationToken);

    private void OnEnded()
    {
        Interlocked.Increment(ref _ends);
        _ended.TrySetResult();
    }

    /// <summary>The one place of the queue is free while the thread is busy, and nothing else is in it.</summary>
    private async Task AssertQueueIsEmptyAsync(IDisposable busy)
    {
        var next = _scheduler.RunAsync("m", _ => 3, TimeSpan.FromDays(1), 0, () => { }, CancellationToken.None);
        busy.Dispose();
        Assert.Equal(3, await next.Soon());
    }

    /// <summary>Keeps the only thread busy until disposed.</summary>
    private async Task<IDisposable> BlockAsync()
    {
        var checkpoint = new Checkpoint();
        _ = _scheduler.RunAsync("busy", _ => Block(checkpoint), TimeSpan.FromDays(1), 0, () => { }, CancellationToken.None);
        await checkpoint.Reached;
        return new Opening(checkpoint);
    }

    private sealed class Opening(Checkpoint checkpoint) : IDisposable
    {
        public void Dispose() => checkpoint.Open();
    }

    /// <summary>A clock whose timers never come.</summary>
    private sealed class LateTimers : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
