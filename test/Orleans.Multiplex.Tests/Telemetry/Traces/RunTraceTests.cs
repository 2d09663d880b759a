using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Testing.Traces;
using Orleans.Multiplex.Tests.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Traces;

/// <summary>The spans of what waits for inference threads, runs there, and runs together.</summary>
public sealed class RunTraceTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly RecordedSpans _spans = new();
    private readonly FakeTimeProvider _time = new();
    private readonly TestScheduler _scheduler;
    private readonly Checkpoint _busy = new();

    public RunTraceTests() => _scheduler = new TestScheduler(new(1, 100, 3, TimeSpan.FromSeconds(1)), "silo-1", _time, NullLogger.Instance);

    public void Dispose()
    {
        _busy.Open();
        _scheduler.Dispose();
        _spans.Dispose();
    }

    [Fact]
    public async Task Run_OfARecordedRequest_WaitsThenRunsBelowIt()
    {
        Activity? atHand = null;
        using var request = _spans.Begin();

        await RunAsync(() => atHand = Activity.Current).Soon();

        var (queue, run) = (_spans.One("queue"), _spans.One("run"));
        Assert.Equal((request.SpanId, request.SpanId), (queue.ParentSpanId, run.ParentSpanId));
        Assert.Equal(("m", "m"), (queue.GetTagItem("multiplex.model"), run.GetTagItem("multiplex.model")));
        Assert.True(queue.StartTimeUtc + queue.Duration <= run.StartTimeUtc);
        Assert.Same(run, atHand);
        Assert.Same(request, Activity.Current);
    }

    [Fact]
    public async Task Run_OfARequestThatIsNotRecorded_HasNoSpansAndNothingAtHand()
    {
        Activity? atHand = null;
        using var request = _spans.Begin(isRecorded: false);

        await RunAsync(() => atHand = Activity.Current).Soon();

        Assert.Empty(_spans.Ended);
        Assert.Null(atHand);
    }

    [Fact]
    public async Task Run_Throws_SaysWhat()
    {
        using var request = _spans.Begin();

        await Assert.ThrowsAsync<NotSupportedException>(() => RunAsync(static () => throw new NotSupportedException()).Soon());

        AssertFailed(_spans.One("run"), "System.NotSupportedException");
        Assert.Equal(ActivityStatusCode.Unset, _spans.One("queue").Status);
    }

    [Fact]
    public async Task Run_TimeIsUpBeforeItHasAThread_IsSaidOfTheWait()
    {
        await OccupyAsync();
        using var request = _spans.Begin();
        var late = RunAsync(static () => { });

        _time.Advance(Minute);

        await Assert.ThrowsAsync<InferenceTimeoutException>(() => late.Soon());
        AssertFailed(_spans.One("queue"), "timeout");
        Assert.Empty(_spans.Find("run"));
    }

    [Fact]
    public async Task Run_QueueIsFull_IsSaidOfTheWait()
    {
        await OccupyAsync();
        var waiting = Enumerable.Range(0, 3).Select(_ => RunAsync(static () => { })).ToList();
        using var request = _spans.Begin();

        await Assert.ThrowsAsync<OverloadedException>(() => RunAsync(static () => { }).Soon());

        AssertFailed(_spans.One("queue"), "overloaded");
        _busy.Open();
        await Task.WhenAll(waiting).Soon();
    }

    [Fact]
    public async Task Batch_SomeOfItRecorded_IsLinkedWithTheseAndBelowTheFirst()
    {
        var kind = new Together(maxRows: 4);
        var first = AddTraced(kind, isRecorded: true, rows: 1);
        var unrecorded = AddTraced(kind, isRecorded: false, rows: 1);
        var last = AddTraced(kind, isRecorded: true, rows: 2);

        await Task.WhenAll(first.Run, unrecorded.Run, last.Run).Soon();

        var batch = _spans.One("run batch");
        var runs = new[] { first, last }.Select(one => _spans.Find("run").Single(span => span.TraceId == one.Request.TraceId)).ToList();
        Assert.Equal((runs[0].SpanId, 3, 4), (batch.ParentSpanId, batch.GetTagItem("multiplex.batch.requests"), batch.GetTagItem("multiplex.batch.rows")));
        Assert.Equal(runs.Select(static run => run.Context), batch.Links.Select(static link => link.Context));
        Assert.All(runs, run => Assert.Equal(batch.Context, Assert.Single(run.Links).Context));
        Assert.Same(batch, kind.AtHand);
        Assert.Equal(2, _spans.Find("run").Count);
    }

    [Fact]
    public async Task Batch_FailsAsOneRun_SaysSoAndEachRunsAlone()
    {
        var kind = new Together(maxRows: 2, succeeds: false);
        var runs = new[] { AddTraced(kind, isRecorded: true, rows: 1), AddTraced(kind, isRecorded: true, rows: 1) };

        await Task.WhenAll(runs.Select(static one => one.Run)).Soon();

        AssertFailed(_spans.One("run batch"), "other");
        Assert.All(_spans.Find("run"), static run => Assert.Equal(ActivityStatusCode.Unset, run.Status));
    }

    [Fact]
    public async Task Batch_NoneOfItRecorded_HasNoSpan()
    {
        var kind = new Together(maxRows: 2);
        var runs = new[] { AddTraced(kind, isRecorded: false, rows: 1), AddTraced(kind, isRecorded: false, rows: 1) };

        await Task.WhenAll(runs.Select(static one => one.Run)).Soon();

        Assert.True(kind.HasRun);
        Assert.Empty(_spans.Ended);
    }

    private static void AssertFailed(Activity span, string kind) =>
        Assert.Equal((ActivityStatusCode.Error, kind), (span.Status, span.GetTagItem("error.type")));

    private Task<int> RunAsync(Action work) => _scheduler.RunAsync(
        "m",
        _ =>
        {
            work();
            return 1;
        },
        Minute,
        0,
        static () => { },
        CancellationToken.None);

    private async Task OccupyAsync()
    {
        Activity.Current = null;
        _ = RunAsync(_busy.Block);
        await _busy.Reached;
    }

    // Each is of a request of its own. They wait for company, so that those that are too few for a run wait for the rest.
    private (Activity Request, Task<int> Run) AddTraced(Together kind, bool isRecorded, int rows)
    {
        using var request = _spans.Begin(isRecorded);
        return (request, _scheduler.RunAsync("m", new Member { Kind = kind, Rows = rows }));
    }

    private sealed class Member() : ScheduledResult<int>(0, Minute, CancellationToken.None)
    {
        protected override int Run() => 1;

        protected override void OnEnded()
        {
        }
    }

    private sealed class Together(int maxRows, bool succeeds = true) : RunKind
    {
        public Activity? AtHand { get; private set; }

        public bool HasRun { get; private set; }

        public override int MaxRows => maxRows;

        public override TimeSpan MaxDelay => TimeSpan.FromSeconds(1);

        protected override bool TryRunTogether(IReadOnlyList<ScheduledRun> runs)
        {
            (AtHand, HasRun) = (Activity.Current, true);
            foreach (var run in runs.Cast<Member>().TakeWhile(_ => succeeds))
            {
                run.Succeed(1);
            }

            return succeeds;
        }
    }
}
