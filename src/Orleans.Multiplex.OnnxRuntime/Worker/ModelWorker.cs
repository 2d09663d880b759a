using System.ComponentModel;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>
/// The silo's worker: one process at a time, which does one job at a time, is watched while it does, and is ended and started anew when it takes
/// more than it may. A check does not wait for a preparation: it ends it.
/// </summary>
/// <param name="find">Finds how a process is started.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class ModelWorker(Func<WorkerCommand> find, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How often it is looked at how much memory the process has.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a process may take to start.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>How long a process may take to begin a job: so long at most does it give back the memory of the one before.</summary>
    private static readonly TimeSpan BeginPatience = TimeSpan.FromSeconds(30);

    /// <summary>How long a preparation may take to heed that it is to end.</summary>
    private static readonly TimeSpan InterruptPatience = TimeSpan.FromSeconds(1);

#pragma warning disable CA2213 // They have no timer and no handle, so there is nothing to dispose; what is under way may look at them for longer than this.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
#pragma warning restore CA2213
    private readonly Lock _lock = new();
    private Task<WorkerProcess>? _starting;
    private CancellationTokenSource? _preparing;
    private int _checks;
    private int _jobs;
    private bool _isStopped;

    /// <summary>The process that is there; null when there is none, or it is being started.</summary>
    public WorkerProcess? Process => _starting is { IsCompletedSuccessfully: true } started ? started.GetAwaiter().GetResult() : null;

    /// <summary>Starts a process if there is none. Nobody waits for it, and a fault is told to the first job.</summary>
    public void Start() => _ = EnsureStarted();

    /// <summary>Has a model opened and run. It goes on to its end whoever waits.</summary>
    public async Task<JobEnd> CheckAsync(WorkerJob job, JobLimits limits)
    {
        ChangeChecks(1);
        try
        {
            await _turn.WaitAsync(_stopping.Token);
            try
            {
                return await RunAsync(job, limits, CancellationToken.None);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            ChangeChecks(-1);
        }
    }

    /// <summary>Has a model prepared, which ends early for a check.</summary>
    /// <param name="job">The job.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<JobEnd> PrepareAsync(WorkerJob job, JobLimits limits, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await _turn.WaitAsync(end.Token);
        try
        {
            SetPreparing(end);
            return await RunAsync(job, limits, end.Token);
        }
        finally
        {
            SetPreparing(null);
            _turn.Release();
        }
    }

    /// <summary>Ends the process, and starts no other one.</summary>
    public void Dispose()
    {
        Task<WorkerProcess>? starting;
        lock (_lock)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            starting = _starting;
            _starting = null;
        }

        _stopping.Cancel();
        _ = starting?.ContinueWith(
            static started => started.GetAwaiter().GetResult().Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void ChangeChecks(int by)
    {
        lock (_lock)
        {
            _checks += by;
            EndPreparation_NeedsLock();
        }
    }

    private void SetPreparing(CancellationTokenSource? end)
    {
        lock (_lock)
        {
            _preparing = end;
            EndPreparation_NeedsLock();
        }
    }

    private void EndPreparation_NeedsLock()
    {
        if (_checks > 0)
        {
            _preparing?.Cancel();
        }
    }

    private Task<WorkerProcess> EnsureStarted()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            if (_starting is null or { IsFaulted: true } or { IsCanceled: true } || Process?.State == WorkerState.Ended)
            {
                using (ExecutionContext.SuppressFlow())
                {
                    _starting = Task.Run(StartAsync);
                }
            }

            return _starting;
        }
    }

    private async Task<WorkerProcess> StartAsync()
    {
        var process = WorkerProcess.Start(find(), logger);
        try
        {
            if (await process.ReadAsync().WaitAsync(StartPatience, time, _stopping.Token) is not null)
            {
                return process;
            }

            var (signal, code) = await process.WaitForEndAsync();
            throw new IOException($"it ended at its start ({Describe(signal, code)}): {process.LastError}");
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    private async Task<JobEnd> RunAsync(WorkerJob job, JobLimits limits, CancellationToken interrupt)
    {
        for (var isFirstTry = true; ; isFirstTry = false)
        {
            WorkerProcess? process = null;
            try
            {
                process = await EnsureStarted();
                job = job with { Id = ++_jobs };
                process.Give(job);
            }
            catch (Exception fault) when (fault is IOException or Win32Exception or TimeoutException or InvalidOperationException and not ObjectDisposedException)
            {
                // One that ended while it had nothing to do is found out now, and is replaced.
                process?.Dispose();
                if (process is not null && isFirstTry)
                {
                    continue;
                }

                return new JobEnd(JobOutcome.NotStarted, WorkerState.Starting, Reason: fault.Message);
            }

            var end = await WatchAsync(process, job, limits, interrupt);
            if (end.Outcome == JobOutcome.NotStarted && isFirstTry)
            {
                process.Dispose();
                continue;
            }

            if (end.Outcome != JobOutcome.Answered)
            {
                process.Dispose();
                StartNext();
            }

            return end;
        }
    }

    // The next job does not wait for its start.
    private void StartNext()
    {
        try
        {
            _ = EnsureStarted();
        }
        catch (ObjectDisposedException)
        {
            // The silo stops.
        }
    }

    private static string Describe(int? signal, int code) => signal is null ? $"code {code}" : $"signal {signal}";

    // The model's file was not touched, so this says nothing of it.
    private static JobEnd NotBegun(WorkerState state, string reason) => new(JobOutcome.NotStarted, state, Reason: reason);

    private async Task<JobEnd> WatchAsync(WorkerProcess process, WorkerJob job, JobLimits limits, CancellationToken interrupt)
    {
        using var ticks = new PeriodicTimer(LookInterval, time);
        var tick = ticks.WaitForNextTickAsync(_stopping.Token).AsTask();
        var reading = process.ReadAsync();
        var since = time.GetTimestamp();
        long? interruptedAt = null;
        WorkerAnswer? opened = null;
        var state = WorkerTransitions.Given(job.Kind);
        while (true)
        {
            if (await Task.WhenAny(reading, tick) == reading)
            {
                if (await reading is not { } answer)
                {
                    var (signal, code) = await process.WaitForEndAsync();
                    return WorkerTransitions.IsGiven(state)
                        ? NotBegun(state, $"it ended before it began ({Describe(signal, code)})")
                        : new JobEnd(JobOutcome.Died, state, Opened: opened, Signal: signal, Code: code);
                }

                if (!answer.IsOnTheWay)
                {
                    return new JobEnd(JobOutcome.Answered, state, answer, opened);
                }

                state = WorkerTransitions.After(state, answer.Step) ?? state;
                opened = answer.Step == WorkerStep.Opened ? answer : null;
                since = time.GetTimestamp();
                reading = process.ReadAsync();
                continue;
            }

            await tick;
            tick = ticks.WaitForNextTickAsync(_stopping.Token).AsTask();
            if (WorkerTransitions.IsGiven(state))
            {
                if (time.GetElapsedTime(since) > BeginPatience)
                {
                    process.Kill();
                    await process.WaitForEndAsync();
                    return NotBegun(state, $"it did not begin within {BeginPatience.TotalSeconds:0} s");
                }
            }
            else if (limits.Judge(time.GetElapsedTime(since), process.ReadResidentBytes()) is { } excess)
            {
                process.Kill();
                await process.WaitForEndAsync();
                return new JobEnd(excess, state, Opened: opened);
            }

            if (interrupt.IsCancellationRequested)
            {
                if (interruptedAt is null)
                {
                    interruptedAt = time.GetTimestamp();
                    process.TrySend(job with { Kind = JobKind.Interrupt });
                }
                else if (time.GetElapsedTime(interruptedAt.Value) > InterruptPatience)
                {
                    process.Kill();
                    await process.WaitForEndAsync();
                    return new JobEnd(JobOutcome.Answered, state, new WorkerAnswer(job.Id, WorkerStep.Interrupted));
                }
            }
        }
    }
}
