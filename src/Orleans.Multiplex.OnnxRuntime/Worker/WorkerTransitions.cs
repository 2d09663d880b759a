namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>
/// The legal moves between the states of a worker process:
/// <code>
/// Starting → Idle ⇄ Preparing
///            Idle → Opening → Running → Idle
///                   Opening → Idle
/// any → Ended
/// </code>
/// Ended is an end: what is started next is another process.
/// </summary>
internal static class WorkerTransitions
{
    public static bool IsLegal(WorkerState from, WorkerState to) => (from, to) switch
    {
        (WorkerState.Starting, WorkerState.Idle) => true,
        (WorkerState.Idle, WorkerState.Opening or WorkerState.Preparing) => true,
        (WorkerState.Opening, WorkerState.Running or WorkerState.Idle) => true,
        (WorkerState.Running, WorkerState.Idle) => true,
        (WorkerState.Preparing, WorkerState.Idle) => true,
        (not WorkerState.Ended, WorkerState.Ended) => true,
        _ => false,
    };

    /// <summary>The state after an answer; null for one that does not belong here.</summary>
    public static WorkerState? After(WorkerState state, WorkerStep step) => (state, step) switch
    {
        (WorkerState.Starting, WorkerStep.Ready) => WorkerState.Idle,
        (WorkerState.Opening, WorkerStep.Opened) => WorkerState.Running,
        (WorkerState.Opening or WorkerState.Running, WorkerStep.Refused) => WorkerState.Idle,
        (WorkerState.Running, WorkerStep.Ran) => WorkerState.Idle,
        (WorkerState.Preparing, WorkerStep.Prepared or WorkerStep.NotPrepared or WorkerStep.Interrupted) => WorkerState.Idle,
        _ => null,
    };
}
