using System.Collections.Immutable;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>A run to find something out about a model, which it keeps until it has ended, without counting as a use of it.</summary>
/// <param name="session">The model.</param>
/// <param name="resident">Its resident, entered for this run.</param>
/// <param name="request">The request.</param>
/// <param name="memory">What the request lies in, given back in the end; null where that belongs to nobody.</param>
/// <param name="time">The clock.</param>
#pragma warning disable CA1001 // The source has no timer and no handle, and a run that outlives its time looks at it for longer than anybody waits.
internal sealed class TrialRun(IInferenceSession session, Resident resident, InferenceRequest request, IDisposable? memory, TimeProvider time)
#pragma warning restore CA1001
    : ScheduledResult<(ImmutableArray<ModelValue> Outputs, TimeSpan Took)>(Priority, Patience, CancellationToken.None)
{
    // The most urgent: it is wanted when many wait, and would find no place behind them. There is one of a model at a time, and few in all.
    private const int Priority = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();

    // It has other rows than those who ask.
    public override bool IsMeasured => false;

    /// <summary>Ends it at its next step.</summary>
    public void Stop() => _stop.Cancel();

    protected override (ImmutableArray<ModelValue> Outputs, TimeSpan Took) Run()
    {
        var startedAt = time.GetTimestamp();
        var (outputs, _) = session.Run(request, _stop.Token);
        return (outputs, time.GetElapsedTime(startedAt));
    }

    protected override void OnEnded()
    {
        memory?.Dispose();
        resident.Leave();
    }
}
