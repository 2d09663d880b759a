using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Lets callers of this process use what is resident here as the models' grains would let them, without a message and a turn. It takes nothing from the
/// grains: where the model is not warm, or goes at the moment, the grain is called.
/// </summary>
internal sealed class LocalModels(ModelAttachments attachments, GrainPools pools, InferenceCalls calls) : ILocalModels
{
    private readonly ModelPool? _pool = pools.Find(typeof(InferenceGrain));

    public Task<InferenceResponse>? TryInferAsync(string model, InferenceRequest request, CancellationToken cancellationToken) =>
        _pool is not null && attachments.Find(_pool, model) is { } attachment && attachment.TryAcquireWarm(out var lease)
            ? calls.AnswerWarmAsync(attachment, request, lease, MayRunHere(), cancellationToken)
            : null;

    // A grain's turn is to hear of what it is sent, however short a run is.
    private static bool MayRunHere() => TaskScheduler.Current == TaskScheduler.Default;
}
