using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>A request on its way through the inference threads. It holds the model until its run has ended, whoever still waits for it.</summary>
/// <param name="session">The model.</param>
/// <param name="request">The request, checked.</param>
/// <param name="lease">The right to use the model, given back in the end.</param>
/// <param name="admission">The right to be the first to run an untried model, given back in the end; null where that does not matter.</param>
/// <param name="remaining">The time left to it.</param>
/// <param name="time">The clock.</param>
/// <param name="stop">Ends the run at its next step.</param>
/// <param name="cancellationToken">Ends the wait.</param>
internal sealed class InferenceRun(
    IInferenceSession session,
    InferenceRequest request,
    ModelLease lease,
    IDisposable? admission,
    TimeSpan remaining,
    TimeProvider time,
    CancellationToken stop,
    CancellationToken cancellationToken) : ScheduledResult<InferenceOutcome>(request.Priority, remaining, cancellationToken)
{
    public InferenceRequest Request => request;

    public override bool NeverBlocks => session.NeverBlocks;

    /// <summary>Is cancelled when nobody waits for the run any more.</summary>
    public CancellationToken Stop => stop;

    protected override InferenceOutcome Run()
    {
        var startedAt = time.GetTimestamp();
        var (outputs, times) = session.Run(request, stop);
        var took = time.GetElapsedTime(startedAt);
        return new InferenceOutcome(outputs, Waited, took, OrWhole(times, took), RunShare.Alone(BatchRows.Count(session.Signature, request)));
    }

    protected override void OnEnded()
    {
        admission?.Dispose();
        lease.Dispose();
    }

    /// <summary>The times of a run; where the engine does not measure them, all of it counts as the run itself.</summary>
    public static RunTimes OrWhole(RunTimes times, TimeSpan took) => times == default ? new RunTimes(TimeSpan.Zero, took, TimeSpan.Zero) : times;
}
