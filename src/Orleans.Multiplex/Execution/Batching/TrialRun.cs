using System.Collections.Immutable;
using Orleans.Multiplex.Execution.Scheduling;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>A run to find something out about a model; who has it run holds the model meanwhile.</summary>
internal sealed class TrialRun(IInferenceSession session, InferenceRequest request, TimeProvider time, CancellationToken cancellationToken)
    : ScheduledResult<(ImmutableArray<ModelValue> Outputs, TimeSpan Took)>(Urgency, Patience, cancellationToken)
{
    // Before those that nobody gave a priority: it comes when many wait, who have the use of it.
    private const int Urgency = RunPriority.Default - 1;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    protected override (ImmutableArray<ModelValue> Outputs, TimeSpan Took) Run()
    {
        var startedAt = time.GetTimestamp();
        var (outputs, _) = session.Run(request, CancellationToken);
        return (outputs, time.GetElapsedTime(startedAt));
    }

    protected override void OnEnded()
    {
    }
}
