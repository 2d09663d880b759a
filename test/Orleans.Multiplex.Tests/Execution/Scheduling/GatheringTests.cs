using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

/// <summary>Which runs are taken together, and how long they wait for each other.</summary>
public sealed class GatheringTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly TestScheduler _scheduler;
    private readonly Checkpoint _busy = new();

    public GatheringTests() => _scheduler = new TestScheduler(new(1, 100, 100, TimeSpan.FromSeconds(1)), "silo-1", _time, NullLogger.Instance);

    public void Dispose() => _scheduler.Dispose();

    [Fact]
    public async Task Run_SeveralOfAKindWait_GoTogetherAsFarAsTheyMayAndOthersByThemselves()
    {
        var (a, b) = (new TestKind(maxRows: 3), new TestKind(maxRows: 3));
        await OccupyAsync();
        var runs = new[] { Add("1", a), Add("2", a), Add("3", b), Add("4", null), Add("5", a), Add("6", a), Add("7", b) };

        _busy.Open();

        await Task.WhenAll(runs).Soon();
        Assert.Equal(["1 2 5"], a.Groups);
        Assert.Equal(["3 7"], b.Groups);
    }

    [Fact]
    public async Task Run_RowsDoNotFit_TheNextThatDoesIsTaken()
    {
        var kind = new TestKind(maxRows: 4);
        await OccupyAsync();
        var runs = new[] { Add("two", kind, 2), Add("three", kind, 3), Add("one", kind), Add("huge", kind, 9), Add("another", kind) };

        _busy.Open();

        await Task.WhenAll(runs).Soon();
        Assert.Equal(["two one another"], kind.Groups);
    }

    [Fact]
    public async Task Run_MayWaitForCompany_WaitsSoLongAndThenGoes()
    {
        var kind = new TestKind(maxRows: 3, Delay);
        var runs = new[] { Add("1", kind), Add("2", kind) };
        Assert.Equal(2, _scheduler.Waiting);

        _time.Advance(Delay - TimeSpan.FromTicks(1));
        Assert.Equal(2, _scheduler.Waiting);
        _time.Advance(TimeSpan.FromTicks(1));

        await Task.WhenAll(runs).Soon();
        Assert.Equal(["1 2"], kind.Groups);
    }

    [Fact]
    public async Task Run_AsManyHaveComeAsGoTogether_WaitsNoLonger()
    {
        var kind = new TestKind(maxRows: 3, Delay);

        await Task.WhenAll(Add("1", kind), Add("2", kind), Add("3", kind)).Soon();

        Assert.Equal(["1 2 3"], kind.Groups);
        Assert.Equal(1, await Add("alone", null).Soon());
    }

    [Fact]
    public async Task Run_OneThatGoesAloneComes_NobodyWaitsForCompanyAnyMore()
    {
        var kind = new TestKind(maxRows: 3, Delay);

        await Task.WhenAll(Add("1", kind), Add("2", kind), Add("alone", null)).Soon();

        Assert.Equal(["1 2"], kind.Groups);
    }

    [Fact]
    public async Task Run_OneThatMayWaitLessComes_AllGoWhenThatOneDoes()
    {
        var (patient, hasty) = (new TestKind(maxRows: 3, TimeSpan.FromSeconds(30)), new TestKind(maxRows: 3, Delay));
        var runs = new[] { Add("1", patient), Add("2", hasty) };
        Assert.Equal(2, _scheduler.Waiting);

        _time.Advance(Delay);

        await Task.WhenAll(runs).Soon();
    }

    [Fact]
    public async Task Run_KindOfAnyNumberOfRows_GoTogether()
    {
        var kind = new TestKind(int.MaxValue);
        await OccupyAsync();
        var runs = new[] { Add("1", kind), Add("2", kind), Add("3", kind) };

        _busy.Open();

        await Task.WhenAll(runs).Soon();
        Assert.Equal(["1 2 3"], kind.Groups);
    }

    [Fact]
    public async Task Run_AllWhoGatheredLeave_TheNextGathersAnew()
    {
        var kind = new TestKind(maxRows: 3, Delay);
        using var leaving = new CancellationTokenSource();
        var left = _scheduler.RunAsync("m", new NamedRun("left", Minute, leaving.Token) { Kind = kind });
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.Soon());
        Assert.Equal(0, _scheduler.Waiting);

        var next = Add("next", kind);
        Assert.Equal(1, _scheduler.Waiting);
        _time.Advance(Delay);

        Assert.Equal(1, await next.Soon());
    }

    [Fact]
    public async Task Dispose_SomeWaitForCompany_TheyRun()
    {
        var kind = new TestKind(maxRows: 3, Delay);
        var runs = new[] { Add("1", kind), Add("2", kind) };

        _scheduler.Dispose();

        await Task.WhenAll(runs).Soon();
        await _scheduler.Scheduler.WhenEnded.Soon();
    }

    [Fact]
    public async Task Run_SomeOfAGroupAreNotWantedAnyMore_TheOthersRun()
    {
        var time = new LateClock();
        using var scheduler = new TestScheduler(new(1, 100, 100, TimeSpan.FromSeconds(1)), "silo-1", time, NullLogger.Instance);
        var busy = new Checkpoint();
        var first = scheduler.RunAsync("busy", _ => Block(busy), Minute, 0, static () => { }, CancellationToken.None);
        await busy.Reached;
        var kind = new TestKind(maxRows: 5);
        var late = scheduler.RunAsync("m", new NamedRun("late", TimeSpan.FromSeconds(1), CancellationToken.None) { Kind = kind });
        var kept = scheduler.RunAsync("m", new NamedRun("kept", Minute, CancellationToken.None) { Kind = kind });
        var also = scheduler.RunAsync("m", new NamedRun("also", Minute, CancellationToken.None) { Kind = kind });
        time.Advance(TimeSpan.FromSeconds(2));

        busy.Open();

        await Task.WhenAll(kept, also).Soon();
        await Assert.ThrowsAsync<InferenceTimeoutException>(() => late.Soon());
        Assert.Equal(["kept also"], kind.Groups);
        await first.Soon();
    }

    private Task<int> Add(string name, TestKind? kind, int rows = 1) =>
        _scheduler.RunAsync("m", new NamedRun(name, Minute, CancellationToken.None) { Kind = kind, Rows = rows });

    private async Task OccupyAsync()
    {
        _ = _scheduler.RunAsync("busy", _ => Block(_busy), TimeSpan.FromDays(1), 0, static () => { }, CancellationToken.None);
        await _busy.Reached;
    }

    private static int Block(Checkpoint checkpoint)
    {
        checkpoint.Block();
        return 1;
    }

    /// <summary>A clock whose timers never come.</summary>
    private sealed class LateClock : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private sealed class NamedRun(string name, TimeSpan remaining, CancellationToken token) : ScheduledResult<int>(0, remaining, token)
    {
        public string Name => name;

        protected override int Run() => 1;

        protected override void OnEnded()
        {
        }
    }

    private sealed class TestKind(int maxRows, TimeSpan maxDelay = default) : RunKind
    {
        public List<string> Groups { get; } = [];

        public override int MaxRows => maxRows;

        public override TimeSpan MaxDelay => maxDelay;

        protected override bool TryRunTogether(IReadOnlyList<ScheduledRun> runs)
        {
            Groups.Add(string.Join(' ', runs.Cast<NamedRun>().Select(static run => run.Name)));
            foreach (var run in runs.Cast<NamedRun>())
            {
                run.Succeed(1);
            }

            return true;
        }
    }
}
