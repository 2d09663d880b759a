using System.Collections.Concurrent;
using Orleans.Multiplex.OnnxRuntime.Worker;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>
/// A guest, as the host sees it: does its jobs and says how they ended. When it goes, or says what it must not, its preparations end, and its checks that
/// wait do not begin; one that has begun goes on to its end, as those do whose callers have gone.
/// </summary>
/// <param name="stream">The connection, which the caller owns.</param>
/// <param name="worker">The host's worker.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">The host stops.</param>
internal sealed class HostedGuest(Stream stream, ModelWorker worker, TimeProvider time, CancellationToken stopping)
{
    /// <summary>How many jobs a guest may have under way at once.</summary>
    public const int MaxJobs = 1000;

    private static readonly TimeSpan LifeInterval = TimeSpan.FromSeconds(1);
    private static readonly byte[] SignOfLife = PipeLines.Write(new HostLine(0), SharingJson.Default.HostLine)!;

    private readonly PipeLines _lines = new(stream);
    private readonly ConcurrentDictionary<int, (JobKind Kind, CancellationTokenSource End)> _jobs = new();

    /// <summary>Serves it until it has gone.</summary>
    public async Task RunAsync()
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            await _lines.SendAsync(SignOfLife, gone.Token);
            _ = GiveSignsAsync(gone.Token);
            while (await _lines.ReadAsync(SharingJson.Default.GuestLine, gone.Token) is { } line && TryDo(line))
            {
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or OperationCanceledException)
        {
        }
        finally
        {
            await gone.CancelAsync();
            foreach (var job in _jobs.Values)
            {
                await job.End.CancelAsync();
            }
        }
    }

    private bool TryDo(GuestLine line)
    {
        if (line.Job is null)
        {
            if (_jobs.TryGetValue(line.Id, out var job) && job.Kind == JobKind.Prepare)
            {
                job.End.Cancel();
            }

            return true;
        }

#pragma warning disable CA2000 // It has no timer and no handle; who goes may look at it for longer than the job lasts.
        var end = new CancellationTokenSource();
#pragma warning restore CA2000
        if (line is not { Job.Kind: JobKind.Check or JobKind.Prepare, Limits: { } limits } || _jobs.Count >= MaxJobs || !_jobs.TryAdd(line.Id, (line.Job.Kind, end)))
        {
            return false;
        }

        _ = DoAsync(line.Id, line.Job, limits, end.Token);
        return true;
    }

    private async Task DoAsync(int id, WorkerJob job, JobLimits limits, CancellationToken cancellationToken)
    {
        JobEnd end;
        try
        {
            end = await (job.Kind == JobKind.Check ? worker.CheckForAnotherAsync(job, limits, cancellationToken) : worker.PrepareAsync(job, limits, cancellationToken));
        }
        catch (OperationCanceledException) when (job.Kind == JobKind.Check || !cancellationToken.IsCancellationRequested)
        {
            // The guest has gone; or the worker stops, and the connection does in a moment.
            return;
        }
        catch (OperationCanceledException)
        {
            // It waited for its turn.
            end = new JobEnd(JobOutcome.Answered, WorkerState.PreparationGiven, new WorkerAnswer(id, WorkerStep.Interrupted));
        }
#pragma warning disable CA1031 // Nobody waits for this task, and the guest for its answer.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            end = new JobEnd(JobOutcome.NotStarted, WorkerState.Starting, Reason: fault.Message);
        }

        _jobs.TryRemove(id, out _);
        await TrySendAsync(Write(id, end));
    }

    private static byte[] Write(int id, JobEnd end) =>
        PipeLines.Write(new HostLine(id, end), SharingJson.Default.HostLine)
        ?? PipeLines.Write(new HostLine(id, new JobEnd(JobOutcome.NotStarted, end.State, Reason: "what the worker says is too long")), SharingJson.Default.HostLine)!;

    private async Task GiveSignsAsync(CancellationToken gone)
    {
        using var ticks = new PeriodicTimer(LifeInterval, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(gone))
            {
                if (!_jobs.IsEmpty)
                {
                    await TrySendAsync(SignOfLife);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task TrySendAsync(byte[] line)
    {
        try
        {
            await _lines.SendAsync(line, stopping);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Who reads finds out that it has gone.
        }
    }
}
