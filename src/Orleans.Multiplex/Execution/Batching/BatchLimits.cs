using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>How far runs of a model are put together.</summary>
/// <param name="MaxRows">The most rows of a run; 1 where each request runs alone.</param>
/// <param name="MaxDelay">How long a request waits for company before it is ready for a thread.</param>
internal sealed record BatchLimits(int MaxRows, TimeSpan MaxDelay)
{
    /// <summary>Those of a model, which go before the silo's.</summary>
    public BatchLimits Of(ModelSettings own) => own is { MaxBatchSize: null, MaxQueueDelay: null }
        ? this
        : new BatchLimits(own.MaxBatchSize ?? MaxRows, own.MaxQueueDelay ?? MaxDelay);
}
