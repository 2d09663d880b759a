namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>
/// The legal moves between the states of a worker process:
/// <code>
/// Starting → Idle → PreparationGiven → Preparing → Idle
///            Idle → CheckGiven → Opening → Running → Idle
///                                Opening → Idle
/// any → Ended
/// </code>
/// What is given begins when the worker says so. Until then it is busy with what came before, of which nothing may count against a model.
/// Ended is an end: what is started next is another process.
/// </summary>
internal static class WorkerTransitions
{
    public static bool IsLegal(WorkerState from, WorkerState to) => (from, to) switch
    {
        (WorkerState.Starting, WorkerState.Idle) => true,
        (WorkerState.Idle, WorkerState.CheckGiven or WorkerState.PreparationGiven) => true,
        (WorkerState.CheckGiven, WorkerState.Opening) => true,
        (WorkerState.PreparationGiven, WorkerState.Preparing) => true,
        (WorkerState.Opening, WorkerState.Running or WorkerState.Idle) => true,
        (WorkerState.Running, WorkerState.Idle) => true,
        (WorkerState.Preparing, WorkerState.Idle) => true,
        (not WorkerState.Ended, WorkerState.Ended) => true,
        _ => false,
    };

    /// <summary>The state after a job was given.</summary>
    public static WorkerState Given(JobKind kind) => kind == JobKind.Check ? WorkerState.CheckGiven : WorkerState.PreparationGiven;

    /// <summary>Whether what was given has not begun.</summary>
    public static bool IsGiven(WorkerState state) => state is WorkerState.CheckGiven or WorkerState.PreparationGiven;

    /// <summary>The state after an answer; null for one that does not belong here.</summary>
    public static WorkerState? After(WorkerState state, WorkerStep step) => (state, step) switch
    {
        (WorkerState.Starting, WorkerStep.Ready) => WorkerState.Idle,
        (WorkerState.CheckGiven, WorkerStep.Begun) => WorkerState.Opening,
        (WorkerState.PreparationGiven, WorkerStep.Begun) => WorkerState.Preparing,
        (WorkerState.Opening, WorkerStep.Opened) => WorkerState.Running,
        (WorkerState.Opening or WorkerState.Running, WorkerStep.Refused) => WorkerState.Idle,
        (WorkerState.Running, WorkerStep.Ran) => WorkerState.Idle,
        (WorkerState.Preparing, WorkerStep.Prepared or WorkerStep.NotPrepared or WorkerStep.Interrupted) => WorkerState.Idle,
        _ => null,
    };
}
