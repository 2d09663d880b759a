using System.Buffers;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Tests.Execution.Batching;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution;

/// <summary>Short runs on their caller's own thread.</summary>
public sealed class RunHereTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly TestSilo _silo = new();
    private readonly RowSession _session = new() { NeverBlocks = true };
    private readonly InferenceScheduler _scheduler;
    private readonly InferenceRunner _runner;
    private readonly Resident _resident;

    public RunHereTests()
    {
        _scheduler = new InferenceScheduler(new(1, 1000, 1000, TimeSpan.FromSeconds(1)), "silo-1", _silo.Time, _silo.Log);
        _runner = CreateRunner(TimeSpan.Zero);
        _resident = _silo.Reside("m", model: _session);
        _session.OnRun = _ => _silo.Time.Advance(TimeSpan.FromMicroseconds(10));
    }

    public void Dispose()
    {
        _scheduler.Dispose();
        _session.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public void Run_ModelWasNeverMeasured_HasToQueue() => Assert.Null(TryRun());

    [Fact]
    public void Run_ModelIsKnownAsQuick_RunsHereWithItsTimes()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));

        var outcome = TryRun(rows: [1, 2])!.Value;

        Assert.Equal([2f, 3f], ((Tensor)outcome.Outputs[0]).ToArray<float>());
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMicroseconds(10), 2), (outcome.Queued, outcome.Took, outcome.Share.RunRows));
        Assert.Equal(0, _scheduler.Running);
    }

    [Fact]
    public void Run_ModelMayBlockOrIsSlow_HasToQueue()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        _session.NeverBlocks = false;
        Assert.Null(TryRun());

        _session.NeverBlocks = true;
        BeKnownAs(TimeSpan.FromSeconds(1));
        Assert.Null(TryRun());
    }

    [Fact]
    public void Run_OneRunTookLong_NoneRunsHereUntilVeryManyWereShort()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        _session.OnRun = _ => _silo.Time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.NotNull(TryRun());

        for (var i = 0; i < 490; i++)
        {
            BeKnownAs(TimeSpan.FromMicroseconds(10));
        }

        Assert.Null(TryRun());

        for (var i = 0; i < 10; i++)
        {
            BeKnownAs(TimeSpan.FromMicroseconds(10));
        }

        _session.OnRun = static _ => { };
        Assert.NotNull(TryRun());
    }

    [Fact]
    public void Run_ALargeRequestTookLong_SmallOnesRunHereAllTheSame()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        _scheduler.GetRuns(_resident, "m").Measure(TimeSpan.FromMilliseconds(300), items: 1, bytes: 1_000_000);

        Assert.NotNull(TryRun());
    }

    [Fact]
    public void Run_DoesNotHeedItsTime_IsTooLateAllTheSame()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        _session.OnRun = _ => _silo.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Throws<InferenceTimeoutException>(() => TryRun(remaining: TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Run_RequestsWaitForCompany_HasToQueue()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));

        Assert.Null(TryRun(runner: CreateRunner(TimeSpan.FromMilliseconds(1))));
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(1, 0, false)]
    public void Run_ModelHasADelayOfItsOwn_ItGoesBeforeTheSilos(int silos, int own, bool hasToQueue)
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        _resident.Settings = new ModelSettings { MaxQueueDelay = TimeSpan.FromMilliseconds(own) };

        Assert.Equal(hasToQueue, TryRun(runner: CreateRunner(TimeSpan.FromMilliseconds(silos))) is null);
    }

    [Fact]
    public void Run_TakesLongerFromNowOn_IsNotRunHereForLong()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        _session.OnRun = _ => _silo.Time.Advance(TimeSpan.FromMilliseconds(5));

        Assert.InRange(Enumerable.Range(0, 100).TakeWhile(_ => TryRun() is not null).Count(), 2, 20);
    }

    [Fact]
    public void Run_IsInterruptedNowAndThen_GoesOnRunningHere()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        var runs = 0;
        _session.OnRun = _ => _silo.Time.Advance(TimeSpan.FromMicroseconds(++runs % 5 == 0 ? 4000 : 10));

        Assert.All(Enumerable.Range(0, 500), _ => Assert.NotNull(TryRun()));
    }

    [Fact]
    public void Run_AsManyRunAsThereAreThreads_HasToQueue()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(100));
        InferenceOutcome? other = default(InferenceOutcome);
        _session.OnRun = _ =>
        {
            _session.OnRun = static _ => { };
            other = TryRun();
        };

        Assert.NotNull(TryRun());
        Assert.Null(other);
        Assert.NotNull(TryRun());
    }

    [Fact]
    public async Task Run_OthersAreAtAModelThatIsFasterTogether_HasToQueueWhileAndWhenThatIsFoundOut()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(50));
        _session.OnRun = _ => _silo.Time.Advance(TimeSpan.FromMicroseconds(50));
        Assert.NotNull(TryRun());
        Assert.Null(_runner.FindVerdict(_resident));
        Assert.True(_resident.TryUse());

        Assert.Null(TryRun());
        while (_runner.FindVerdict(_resident) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.True(_runner.FindVerdict(_resident)!.IsProven);
        Assert.Null(TryRun());
        _resident.Leave();
        Assert.NotNull(TryRun());
    }

    [Fact]
    public void Run_OthersAreAtAModelThatTakesLessThanAHandOver_RunsHereAndNothingIsTried()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        Assert.True(_resident.TryUse());

        Assert.All(Enumerable.Range(0, 5), _ => Assert.NotNull(TryRun()));

        Assert.Null(_runner.FindVerdict(_resident));
        _resident.Leave();
    }

    [Fact]
    public void Run_TimeIsUp_EndsWithTimeoutAndGivesItsPlaceBack()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        _session.OnStop = stop =>
        {
            _silo.Time.Advance(TimeSpan.FromMilliseconds(3));
            stop.ThrowIfCancellationRequested();
        };

        Assert.Throws<InferenceTimeoutException>(() => TryRun(remaining: TimeSpan.FromMilliseconds(2)));

        Assert.Equal(0, _scheduler.Running);
        Assert.NotNull(TryRunQuick());
    }

    [Fact]
    public void Run_CallerGoesMeanwhile_EndsAsCancelledAndTheNextRunIsItsOwn()
    {
        BeKnownAs(TimeSpan.FromMicroseconds(10));
        using var gone = new CancellationTokenSource();
        _session.OnStop = stop =>
        {
            gone.Cancel();
            stop.ThrowIfCancellationRequested();
        };

        Assert.Equal(gone.Token, Assert.ThrowsAny<OperationCanceledException>(() => TryRunUntil(gone.Token)).CancellationToken);

        Assert.NotNull(TryRunQuick());
    }

    private void BeKnownAs(TimeSpan took)
    {
        for (var i = 0; i < 20; i++)
        {
            _scheduler.GetRuns(_resident, "m").Measure(took, items: 1, bytes: 5);
        }
    }

    private InferenceOutcome? TryRunQuick()
    {
        _session.OnStop = static _ => { };
        _session.OnRun = static _ => { };
        for (var i = 0; i < 200 && !IsQuick(); i++)
        {
            BeKnownAs(TimeSpan.FromMicroseconds(10));
        }

        return TryRun();
    }

    private bool IsQuick() => QueueRule.IsShort(_scheduler.GetRuns(_resident, "m").Cost, bytes: 5, QueueRule.LongestHere);

    private InferenceRunner CreateRunner(TimeSpan delay) => new(_scheduler, new BatchLimits(8, delay), ArrayPool<byte>.Shared, _silo.Time, _silo.Log);

    private InferenceOutcome? TryRun(float[]? rows = null, TimeSpan? remaining = null, InferenceRunner? runner = null) =>
        TryRunUntil(TestContext.Current.CancellationToken, rows, remaining, runner);

    private InferenceOutcome? TryRunUntil(CancellationToken gone, float[]? rows = null, TimeSpan? remaining = null, InferenceRunner? runner = null)
    {
        Assert.True(_resident.TryUse());
        using var lease = new ModelLease(_resident, TimeSpan.Zero, isCold: false);
        return (runner ?? _runner).TryRunHere(lease, RowSession.Ask(rows ?? [1]), remaining ?? Minute, gone);
    }
}
