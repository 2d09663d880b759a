using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Lets callers of this process use what is resident here as the models' grains would let them, without a message and a turn. It takes nothing from the
/// grains: where the model is not warm, or goes at the moment, the grain is called. So it is where the caller goes on in turns, as a grain does, or on a thread
/// of its own: what follows a run, as the end of its lease, must not wait for what the caller does there.
/// </summary>
internal sealed class LocalModels(ModelAttachments attachments, ModelCopies copies, GrainPools pools, InferenceCalls calls, ILocalSiloDetails local) : ILocalModels
{
    private readonly ModelPool? _pool = pools.Find(typeof(InferenceGrain));

    public SiloAddress Silo => local.SiloAddress;

    public Task<InferenceResponse>? TryInferAsync(string model, InferenceRequest request, bool mayRunHere, CancellationToken cancellationToken) =>
        IsOnThreadPool() && Find(model) is { } tie && tie.TryAcquireWarm(out var lease)
            ? calls.AnswerWarmAsync(tie, request, lease, mayRunHere, cancellationToken)
            : null;

    public bool IsHere(string model) => Find(model) is not null;

    private IModelTie? Find(string model) =>
        _pool is null ? null : attachments.Find(_pool, model) is { } attachment ? attachment : copies.Find(model);

    private static bool IsOnThreadPool() =>
        Thread.CurrentThread.IsThreadPoolThread && SynchronizationContext.Current is null && TaskScheduler.Current == TaskScheduler.Default;
}
