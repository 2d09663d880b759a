using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Batching;

/// <summary>Requests for one model of the store, from the first to those that run together.</summary>
public sealed class InferenceRunnerTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly TestSilo _silo = new();
    private readonly PoisoningPool _pool = new();
    private readonly RowSession _session = new();
    private readonly InferenceScheduler _scheduler;
    private readonly InferenceRunner _runner;
    private readonly Resident _resident;

    public InferenceRunnerTests()
    {
        _scheduler = new InferenceScheduler(new(1, 1000, 1000, TimeSpan.FromSeconds(1)), "silo-1", _silo.Time, _silo.Log);
        _runner = new InferenceRunner(_scheduler, new BatchLimits(8, TimeSpan.Zero), _pool, _silo.Time, _silo.Log);
        _resident = _silo.Reside("m", model: _session);

        // What is not known to be quick is not tried.
        _scheduler.GetRuns(_resident, "m").Measure(TimeSpan.FromMilliseconds(1), items: 1, bytes: 4);

        // Together rows take the time of one.
        _session.OnRun = _ => _silo.Time.Advance(TimeSpan.FromMilliseconds(1));
    }

    public void Dispose()
    {
        _scheduler.Dispose();
        _session.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public async Task Run_NobodyWaits_RunsAloneAndNothingIsTried()
    {
        Assert.Equal(new[] { 2f }, Values(await RunAsync(1).Soon()));

        Assert.Null(_runner.FindVerdict(_resident));
        Assert.Equal([1], _session.Runs);
    }

    [Fact]
    public async Task Run_SomeWait_TriesWhetherTheyMayRunTogetherAndThenDoes()
    {
        await ProveAsync();
        var runs = await WhileBusyAsync(() => Enumerable.Range(0, 20).Select(i => RunAsync(i)).ToList());

        var outcomes = await Task.WhenAll(runs).Soon();

        Assert.All(outcomes, static (outcome, i) => Assert.Equal([i + 1f], Values(outcome)));
        Assert.Equal([1, 8, 8, 4], _session.Runs);
        Assert.Equal((3, 20), (outcomes.Count(static outcome => outcome.Share.Claim()), outcomes.Sum(static outcome => outcome.Share.Rows)));
        Assert.Equal(8, outcomes[0].Share.RunRows);
        Assert.Equal(0, _pool.Rented);
    }

    [Theory]
    [InlineData(3, new[] { 1, 3, 3, 1 })]
    [InlineData(16, new[] { 1, 7 })]
    public async Task Run_ModelHasASizeOfItsOwn_SoManyRunTogether(int size, int[] expected)
    {
        _resident.Settings = new ModelSettings { MaxBatchSize = size };
        await ProveAsync();

        await Task.WhenAll(await WhileBusyAsync(() => Enumerable.Range(0, 7).Select(i => RunAsync(i)).ToList())).Soon();

        Assert.Equal(expected, _session.Runs);
    }

    [Fact]
    public async Task Run_ModelIsToRunAlone_IsNotEvenTried()
    {
        _resident.Settings = new ModelSettings { MaxBatchSize = 1 };

        await Task.WhenAll(await WhileBusyAsync(() => Enumerable.Range(0, 3).Select(i => RunAsync(i)).ToList())).Soon();
        await _resident.WhenUnusedAsync();

        Assert.Equal([1, 1, 1, 1], _session.Runs);
        Assert.Null(_runner.FindVerdict(_resident));
    }

    [Fact]
    public async Task Run_ModelHasADelayOfItsOwn_RequestsWaitForCompanyThoughAThreadIsFree()
    {
        _resident.Settings = new ModelSettings { MaxQueueDelay = TimeSpan.FromSeconds(1) };
        await ProveAsync();
        var runs = new[] { RunAsync(1), RunAsync(2) };

        while (_scheduler.Waiting < 2)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        _silo.Time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(runs).Soon();
        Assert.Equal([2], _session.Runs);
    }

    [Fact]
    public async Task Run_RequestsHaveSeveralRows_EachGetsItsOwn()
    {
        await ProveAsync();
        var runs = await WhileBusyAsync(() => new List<Task<InferenceOutcome>> { RunAsync(1, 2, 3), RunAsync(4), RunAsync(5, 6), RunAsync(1, 2, 3, 4, 5, 6, 7, 8, 9) });

        var outcomes = await Task.WhenAll(runs).Soon();

        Assert.Equal([[2f, 3f, 4f], [5f], [6f, 7f], [2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f]], outcomes.Select(Values));
        Assert.Equal([1, 6, 9], _session.Runs);
    }

    [Fact]
    public async Task Run_OneOfThemFails_TheOthersRunWithoutIt()
    {
        await ProveAsync();
        _session.OnRun = static rows => ThrowIfBad(rows.Span);
        var runs = await WhileBusyAsync(() => new List<Task<InferenceOutcome>> { RunAsync(1), RunAsync(-1), RunAsync(3) });

        Assert.Equal(new[] { 2f }, Values(await runs[0].Soon()));
        var error = await Assert.ThrowsAsync<InferenceFailedException>(() => runs[1].Soon());
        Assert.Equal(new[] { 4f }, Values(await runs[2].Soon()));

        Assert.Contains("bad row", error.Message, StringComparison.Ordinal);
        Assert.True(_runner.FindVerdict(_resident)!.IsProven);
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public async Task Run_TheyFailTogetherThoughEachRunsWellAlone_NoMoreRunTogether()
    {
        await ProveAsync();
        _session.OnRun = static rows => ThrowIfMany(rows.Length);
        var runs = await WhileBusyAsync(() => new List<Task<InferenceOutcome>> { RunAsync(1), RunAsync(2) });

        await Task.WhenAll(runs).Soon();

        // Said by the thread when it has answered all of them.
        await RunAsync(3).Soon();
        Assert.Contains("failed", _runner.FindVerdict(_resident)!.Reason, StringComparison.Ordinal);
        Assert.False(_runner.FindVerdict(_resident)!.IsProven);
    }

    [Fact]
    public async Task Run_SomeCallersHaveGone_TheRestRunTogetherAndAllLeasesEnd()
    {
        await ProveAsync();
        using var gone = new CancellationTokenSource();
        var runs = await WhileBusyAsync(() => new List<Task<InferenceOutcome>> { RunAsync(1), RunUntilAsync(gone.Token, 2), RunAsync(3) }, () => gone.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runs[1].Soon());
        Assert.Equal(new[] { 2f }, Values(await runs[0].Soon()));
        Assert.Equal(new[] { 4f }, Values(await runs[2].Soon()));

        Assert.Equal([1, 2], _session.Runs);
        Assert.Equal(0, _resident.Gate.Users);
    }

    [Fact]
    public async Task Run_AllCallersGoWhileItRuns_ItHoldsTheModelUntilItHasEnded()
    {
        await ProveAsync();
        using var gone = new CancellationTokenSource();
        var inRun = new Checkpoint();
        _session.OnRun = rows =>
        {
            if (rows.Length == 2)
            {
                inRun.Block();
            }
        };
        var runs = await WhileBusyAsync(() => new List<Task<InferenceOutcome>> { RunUntilAsync(gone.Token, 1), RunUntilAsync(gone.Token, 2) });
        await inRun.Reached;

        await gone.CancelAsync();

        foreach (var run in runs)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Soon());
        }

        Assert.NotEqual(0, _resident.Gate.Users);
        inRun.Open();
        await RunAsync(5).Soon();
        Assert.Equal(0, _resident.Gate.Users);
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public async Task Run_TrialOutlastsItsTime_ItKeepsTheModelAndItsMemoryUntilItHasEnded()
    {
        var inTrial = new Checkpoint();
        _session.OnRun = rows =>
        {
            if (rows.Length == 2)
            {
                inTrial.Block();
            }
        };
        await Task.WhenAll(await WhileBusyAsync(() => new List<Task<InferenceOutcome>> { RunAsync(1), RunAsync(2), RunAsync(3) })).Soon();
        await inTrial.Reached;

        _silo.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal((1, 1), (_resident.Gate.Users, _pool.Rented));
        inTrial.Open();
        await _resident.WhenUnusedAsync();
        Assert.Equal(0, _pool.Rented);
        Assert.Null(_runner.FindVerdict(_resident));
    }

    [Fact]
    public async Task Run_ModelFailsOnLaterMadeUpInputs_IsToldOnceAndForAll()
    {
        var runs = 0;
        _session.OnRun = rows => ThrowIf(rows.Length == 1 && Interlocked.Increment(ref runs) > 6);

        await Task.WhenAll(await WhileBusyAsync(() => new List<Task<InferenceOutcome>> { RunAsync(1), RunAsync(2), RunAsync(3) })).Soon();
        while (_runner.FindVerdict(_resident) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Contains("does not run on inputs that were made up", _runner.FindVerdict(_resident)!.Reason, StringComparison.Ordinal);
    }

    private static void ThrowIf(bool isSo)
    {
        if (isSo)
        {
            throw new InferenceFailedException("m", "no such row");
        }
    }

    private static void ThrowIfBad(ReadOnlySpan<float> rows)
    {
        if (rows.ContainsAnyInRange(float.MinValue, -1))
        {
            throw new InferenceFailedException("m", "bad row");
        }
    }

    private static void ThrowIfMany(int rows)
    {
        if (rows > 1)
        {
            throw new InferenceFailedException("m", "no memory");
        }
    }

    private static float[] Values(InferenceOutcome outcome) => ((Tensor)outcome.Outputs[0]).AsSpan<float>().ToArray();

    private async Task ProveAsync()
    {
        await Task.WhenAll(await WhileBusyAsync(() => new List<Task<InferenceOutcome>> { RunAsync(1), RunAsync(2), RunAsync(3) })).Soon();
        while (_runner.FindVerdict(_resident) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.True(_runner.FindVerdict(_resident)!.IsProven, _runner.FindVerdict(_resident)!.Reason);
        await _resident.WhenUnusedAsync();
        _session.Runs.Clear();
    }

    /// <summary>Sends requests while the only thread is busy with another.</summary>
    private async Task<List<Task<InferenceOutcome>>> WhileBusyAsync(Func<List<Task<InferenceOutcome>>> send, Action? before = null)
    {
        var busy = new Checkpoint();
        var onRun = _session.OnRun;
        _session.OnRun = _ => busy.Block();
        var first = RunAsync(100);
        await busy.Reached;
        _session.OnRun = onRun;
        var runs = send();
        before?.Invoke();
        busy.Open();
        await first.Soon();
        return runs;
    }

    private Task<InferenceOutcome> RunAsync(params float[] rows) => RunUntilAsync(CancellationToken.None, rows);

    private async Task<InferenceOutcome> RunUntilAsync(CancellationToken cancellationToken, params float[] rows)
    {
        using var lease = TestSilo.Use(_resident);
        return await _runner.RunAsync(lease, RowSession.Ask(rows), admission: null, Minute, cancellationToken, cancellationToken);
    }
}
