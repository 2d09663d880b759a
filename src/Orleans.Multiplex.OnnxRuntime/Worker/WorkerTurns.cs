namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>
/// Whose turn it is: jobs go one at a time, in their order. A check that takes long gives its turn to the next one (<see cref="TurnRule"/>), which then
/// runs in the other one of two processes.
/// </summary>
internal sealed class WorkerTurns
{
    private readonly Lock _lock = new();
    private readonly LinkedList<WorkerTurn> _waiting = [];
    private WorkerTurn? _held;
    private WorkerTurn? _aside;
    private int _slot;

    /// <summary>The process of who has the turn, or has it next.</summary>
    public int Slot
    {
        get
        {
            lock (_lock)
            {
                return _slot;
            }
        }
    }

    /// <summary>Waits for the turn, which is to be ended.</summary>
    /// <param name="kind">What the job is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<WorkerTurn> TakeAsync(JobKind kind, CancellationToken cancellationToken)
    {
        var turn = new WorkerTurn(kind);
        lock (_lock)
        {
            _waiting.AddLast(turn);
            Advance_NeedsLock();
        }

        try
        {
            await turn.WhenHeld.WaitAsync(cancellationToken);
            return turn;
        }
        catch
        {
            End(turn);
            throw;
        }
    }

    /// <summary>Gives a turn to the next one where its job takes long.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="elapsed">How long ago the job began.</param>
    public void Look(WorkerTurn turn, TimeSpan elapsed)
    {
        lock (_lock)
        {
            if (turn == _held && TurnRule.StepsAside(turn.Kind, elapsed, _aside is not null, _waiting.Any(static other => other.Kind == JobKind.Check)))
            {
                turn.MoveTo(TurnState.Aside);
                (_aside, _held, _slot) = (turn, null, 1 - _slot);
                Advance_NeedsLock();
            }
        }
    }

    /// <summary>A job is over, or waits no more.</summary>
    public void End(WorkerTurn turn)
    {
        lock (_lock)
        {
            turn.MoveTo(TurnState.Ended);
            _waiting.Remove(turn);
            _held = turn == _held ? null : _held;
            _aside = turn == _aside ? null : _aside;
            Advance_NeedsLock();
        }
    }

    private void Advance_NeedsLock()
    {
        if (_held is null && _waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            _held = next.Value;
            _held.Hold(_slot);
        }
    }
}
