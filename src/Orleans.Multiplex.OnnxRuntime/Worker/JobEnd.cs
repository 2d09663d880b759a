namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>How a job ended.</summary>
/// <param name="Outcome">How.</param>
/// <param name="State">What the worker was doing then.</param>
/// <param name="Answer">Its last answer, where there is one.</param>
/// <param name="Opened">What it answered when the model was open.</param>
/// <param name="Signal">The signal that ended the process; null for none.</param>
/// <param name="Code">What the process returned.</param>
/// <param name="Reason">Why there is no process, or how its silo was lost.</param>
internal sealed record JobEnd(
    JobOutcome Outcome,
    WorkerState State,
    WorkerAnswer? Answer = null,
    WorkerAnswer? Opened = null,
    int? Signal = null,
    int Code = 0,
    string? Reason = null)
{
    /// <summary>Whether a job of a kind can have ended so.</summary>
    public bool Fits(JobKind kind) => Outcome != JobOutcome.Answered || (kind, Answer?.Step) switch
    {
        (JobKind.Check, WorkerStep.Ran or WorkerStep.Refused) => true,
        (JobKind.Prepare, WorkerStep.Prepared or WorkerStep.NotPrepared or WorkerStep.Interrupted) => true,
        _ => false,
    };
}
