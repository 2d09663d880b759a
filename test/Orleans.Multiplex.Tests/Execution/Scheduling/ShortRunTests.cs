using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

/// <summary>Runs that are so short that they stay on the thread pool.</summary>
public sealed class ShortRunTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly TestScheduler _scheduler;

    public ShortRunTests() => _scheduler = new TestScheduler(new(1, 100, 100, TimeSpan.FromSeconds(1)), "silo-1", _time, NullLogger.Instance);

    public void Dispose() => _scheduler.Dispose();

    [Fact]
    public async Task Run_ModelWasNeverMeasured_RunsOnAThreadForInference() => Assert.False(await RunAsync(10));

    [Theory]
    [InlineData(100, 1, true)]
    [InlineData(101, 1, false)]
    [InlineData(100, 2, false)]
    [InlineData(10, 10, true)]
    [InlineData(10, 11, false)]
    public async Task Run_ByWhatItsModelsRunsTook_StaysOnThePool(int microseconds, int times, bool isOnPool)
    {
        await RunAsync(microseconds);

        Assert.Equal(isOnPool, await RunAsync(microseconds, times));
    }

    [Fact]
    public async Task Run_MayBlock_RunsOnAThreadForInference()
    {
        await RunAsync(10);

        Assert.False(await RunAsync(10, neverBlocks: false));
    }

    [Theory]
    [InlineData(51, false)]
    [InlineData(50, true)]
    public async Task Run_AThreadIsBusy_GoesInTheLineUnlessNobodyGainsByThat(int microseconds, bool isOnPool)
    {
        await RunAsync(microseconds);
        var busy = new Checkpoint();
        var blocking = _scheduler.RunAsync(
            "busy",
            _ =>
            {
                busy.Block();
                return 1;
            },
            Minute,
            0,
            static () => { },
            CancellationToken.None);
        await busy.Reached;

        var run = _scheduler.RunAsync("m", new ShortRun(_time, microseconds, neverBlocks: true) { Bytes = 64 });

        Assert.Equal(isOnPool ? 0 : 1, _scheduler.Waiting);
        busy.Open();
        Assert.Equal(isOnPool, await run.Soon());
        await blocking.Soon();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(10)]
    public async Task Run_ShortOnesDoNotEnd_AThreadServesTheOthers(int microseconds)
    {
        await RunAsync(microseconds);
        Assert.NotEqual(ShortPlace.None, _scheduler.Scheduler.TryBeginHere(_scheduler.GetRuns("m"), 64));

        Assert.Equal(1, await _scheduler.RunAsync("other", static _ => 1, Minute, 0, static () => { }, CancellationToken.None).Soon());
    }

    [Fact]
    public async Task Begin_MoreThanAFewOfThoseThatNobodyGainsBy_HaveToQueue()
    {
        await RunAsync(10);
        var runs = _scheduler.GetRuns("m");
        ShortPlace[] places = [.. Enumerable.Range(0, 5).Select(_ => _scheduler.Scheduler.TryBeginHere(runs, 64))];

        Assert.Equal([ShortPlace.Beside, ShortPlace.Beside, ShortPlace.OfThread, ShortPlace.None, ShortPlace.None], places);
        Assert.Equal(3, _scheduler.Scheduler.Running);

        _scheduler.Scheduler.EndHere(ShortPlace.Beside);
        Assert.Equal(ShortPlace.Beside, _scheduler.Scheduler.TryBeginHere(runs, 64));
    }

    [Fact]
    public async Task Run_SchedulerHasEnded_IsRefused()
    {
        await RunAsync(10);

        _scheduler.Dispose();

        await Assert.ThrowsAsync<OverloadedException>(() => RunAsync(10));
    }

    /// <summary>Whether a run of so many times as many bytes ran on the thread pool.</summary>
    private async Task<bool> RunAsync(int microseconds, int times = 1, bool neverBlocks = true)
    {
        var isOnPool = await _scheduler.RunAsync("m", new ShortRun(_time, microseconds * times, neverBlocks) { Bytes = 64 * times }).Soon();

        // What it took is counted when it has been answered.
        while (_scheduler.Scheduler.Running > 0)
        {
            await Task.Yield();
        }

        return isOnPool;
    }

    private sealed class ShortRun(FakeTimeProvider time, int microseconds, bool neverBlocks) : ScheduledResult<bool>(0, Minute, CancellationToken.None)
    {
        public override bool NeverBlocks => neverBlocks;

        protected override bool Run()
        {
            time.Advance(TimeSpan.FromMicroseconds(microseconds));
            return Thread.CurrentThread.IsThreadPoolThread;
        }

        protected override void OnEnded()
        {
        }
    }
}
