using System.ComponentModel;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>The place of one worker process, which does one job at a time; when it has ended, another one is started in its place.</summary>
/// <param name="find">Finds how a process is started.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
/// <param name="stopping">The silo stops: it starts no process any more.</param>
internal sealed class WorkerSlot(Func<WorkerCommand> find, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    /// <summary>How long a process may take to start.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private Task<WorkerProcess>? _starting;
    private int _jobs;

    /// <summary>The process that is there; null when there is none, or it is being started.</summary>
    public WorkerProcess? Process => Volatile.Read(ref _starting) is { IsCompletedSuccessfully: true } started ? started.GetAwaiter().GetResult() : null;

    /// <summary>Starts a process if there is none, unless the silo stops.</summary>
    public void TryStart()
    {
        try
        {
            _ = EnsureStarted();
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Ends the process; the next job has another one.</summary>
    public void Drop()
    {
        Task<WorkerProcess>? starting;
        lock (_lock)
        {
            starting = _starting;
            _starting = null;
        }

        _ = starting?.ContinueWith(
            static started => started.GetAwaiter().GetResult().Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Does a job. The process that did not answer it is no more then.</summary>
    /// <param name="job">The job.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="onLook">Is told how long it takes already.</param>
    /// <param name="interrupt">Ends a preparation.</param>
    public async Task<JobEnd> RunAsync(WorkerJob job, JobLimits limits, Action<TimeSpan> onLook, CancellationToken interrupt)
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
            catch (Exception fault) when (fault is IOException or Win32Exception or TimeoutException or InvalidOperationException)
            {
                // One that ended while it had nothing to do is found out now, and is replaced.
                process?.Dispose();
                if (process is not null && isFirstTry)
                {
                    continue;
                }

                return new JobEnd(JobOutcome.NotStarted, WorkerState.Starting, Reason: fault.Message);
            }

            var end = await new JobWatch(process, job, limits, onLook, time, stopping).RunAsync(interrupt);
            if (end.Outcome != JobOutcome.Answered)
            {
                process.Dispose();
            }

            if (end.Outcome != JobOutcome.NotStarted || !isFirstTry)
            {
                return end;
            }
        }
    }

    private Task<WorkerProcess> EnsureStarted()
    {
        lock (_lock)
        {
            stopping.ThrowIfCancellationRequested();
            if (_starting is null or { IsFaulted: true } or { IsCanceled: true } || Process?.State == WorkerState.Ended)
            {
                using (ExecutionContext.SuppressFlow())
                {
                    _starting = Task.Run(StartAsync, CancellationToken.None);
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
            if (await process.ReadAsync().WaitAsync(StartPatience, time, stopping) is not null)
            {
                return process;
            }

            var (signal, code) = await process.WaitForEndAsync();
            throw new IOException($"it ended at its start ({JobWatch.Describe(signal, code)}): {process.LastError}");
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }
}
