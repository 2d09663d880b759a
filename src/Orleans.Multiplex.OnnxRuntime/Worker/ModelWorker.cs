using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>
/// A worker of this process: one process at a time, which does one job at a time, is watched while it does, and is ended and started anew when it takes
/// more than it may. A check does not wait for a preparation: it ends it. Nor does it wait long for another check: one that takes long goes on aside, in
/// its process, and the next one has a process of its own, which is the worker from then on.
/// </summary>
/// <remarks>
/// Each of the two has the limits of its own job. What the one takes is not taken off what the other may: what a check finds is kept, and must not
/// depend on what else ran.
/// </remarks>
internal sealed class ModelWorker : IModelWorker
{
#pragma warning disable CA2213 // It has no timer and no handle, so there is nothing to dispose; what is under way may look at it for longer than this.
    private readonly CancellationTokenSource _stopping = new();
#pragma warning restore CA2213
    private readonly Lock _lock = new();
    private readonly WorkerTurns _turns = new();
    private readonly WorkerSlot[] _slots;
    private readonly Func<WorkerCommand> _find;
    private CancellationTokenSource? _preparing;
    private int _checks;

    /// <param name="find">Finds how a process is started.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public ModelWorker(Func<WorkerCommand> find, TimeProvider time, ILogger logger)
    {
        _find = find;
        _slots = [new(find, time, logger, _stopping.Token), new(find, time, logger, _stopping.Token)];
    }

    /// <summary>The process that has the turn, or will have it; null when there is none, or it is being started.</summary>
    public WorkerProcess? Process => _slots[_turns.Slot].Process;

    /// <summary>Whether it is known how a process is started. It may not start nevertheless.</summary>
    public bool IsFound()
    {
        try
        {
            _find();
            return true;
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            return false;
        }
    }

    public void Start() => _slots[_turns.Slot].TryStart();

    public Task<JobEnd> CheckAsync(WorkerJob job, JobLimits limits) => CheckForAnotherAsync(job, limits, CancellationToken.None);

    /// <summary>Does a check, which somebody else waits for.</summary>
    /// <param name="job">The job.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="gone">Nobody waits for it any more: it does not begin then, and goes on where it has begun.</param>
    public async Task<JobEnd> CheckForAnotherAsync(WorkerJob job, JobLimits limits, CancellationToken gone)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, _stopping.Token);
        ChangeChecks(1);
        try
        {
            var turn = await _turns.TakeAsync(JobKind.Check, end.Token);
            return await RunAsync(turn, job, limits, null);
        }
        finally
        {
            ChangeChecks(-1);
        }
    }

    public async Task<JobEnd> PrepareAsync(WorkerJob job, JobLimits limits, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var turn = await _turns.TakeAsync(JobKind.Prepare, end.Token);
        return await RunAsync(turn, job, limits, end);
    }

    /// <summary>Ends the process when it has done what was asked for; the next job starts another one.</summary>
    public async Task RestAsync()
    {
        var turn = await _turns.TakeAsync(JobKind.Prepare, _stopping.Token);
        _slots[turn.Slot].Drop();
        _turns.End(turn);
    }

    /// <summary>Ends all of it, and starts no other process.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        foreach (var slot in _slots)
        {
            slot.Drop();
        }
    }

    private async Task<JobEnd> RunAsync(WorkerTurn turn, WorkerJob job, JobLimits limits, CancellationTokenSource? preparing)
    {
        var slot = _slots[turn.Slot];
        try
        {
            SetPreparing(preparing);
            var end = await slot.RunAsync(job, limits, elapsed => _turns.Look(turn, elapsed), preparing?.Token ?? CancellationToken.None);
            if (turn.State == TurnState.Held && end.Outcome != JobOutcome.Answered && end.State != WorkerState.Starting)
            {
                // The next job does not wait for its start.
                slot.TryStart();
            }

            if (end.Outcome != JobOutcome.Answered)
            {
                _stopping.Token.ThrowIfCancellationRequested();
            }

            return end;
        }
        catch (InvalidOperationException fault) when (_stopping.IsCancellationRequested)
        {
            // The process is disposed of already, and cannot be asked how it ended.
            throw new OperationCanceledException(fault.Message, fault, _stopping.Token);
        }
        finally
        {
            if (turn.State == TurnState.Aside)
            {
                slot.Drop();
            }
            else
            {
                SetPreparing(null);
            }

            _turns.End(turn);
        }
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
}
