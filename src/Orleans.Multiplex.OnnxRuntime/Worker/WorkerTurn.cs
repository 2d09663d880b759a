namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>The turn of one job.</summary>
/// <param name="kind">What the job is.</param>
internal sealed class WorkerTurn(JobKind kind)
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JobKind Kind => kind;

    public TurnState State { get; private set; }

    /// <summary>Which of the two processes does the job, from when it has its turn.</summary>
    public int Slot { get; private set; }

    /// <summary>Completes when it has its turn.</summary>
    public Task WhenHeld => _held.Task;

    public void Hold(int slot)
    {
        MoveTo(TurnState.Held);
        Slot = slot;
        _held.SetResult();
    }

    public void MoveTo(TurnState next)
    {
        if (!TurnRule.IsLegal(State, next))
        {
            throw new InvalidOperationException($"A turn of the worker cannot go from {State} to {next}.");
        }

        State = next;
    }
}
