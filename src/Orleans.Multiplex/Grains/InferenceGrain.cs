using System.Diagnostics.CodeAnalysis;
using Orleans.Concurrency;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Placement;

namespace Orleans.Multiplex.Grains;

/// <summary>A model of the store: leases it, runs it on the inference threads, and holds nothing else.</summary>
[GrainType("multiplex.inference")]
[Multiplexed(MaxModelsPerSilo = ModelPool.Unlimited, Pool = PoolName), KeepAlive, Reentrant, Immovable]
[SuppressMessage("Performance", "CA1812", Justification = "Made by the grain runtime.")]
internal sealed class InferenceGrain(ModelAttachment attachment, GrainPools pools, BackendOpener opener, InferenceCalls calls, CallOptions options)
    : Grain, IInferenceGrain, IIncomingGrainCallFilter
{
    public const string PoolName = ModelPool.OfStore;

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        attachment.ActivateAsync(pools.Get(typeof(InferenceGrain)), opener, cancellationToken);

    public Task<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken) =>
        calls.AnswerAsync(attachment, request, cancellationToken);

    public async Task LoadAsync(TimeSpan? timeout, bool retry, CancellationToken cancellationToken)
    {
        if (retry)
        {
            attachment.ForgetFailure();
        }

        using var lease = await attachment.AcquireAsync(options.GetTimeout(attachment.Model, timeout), cancellationToken);
    }

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) =>
        CallCancellation.Is(context) ? CallCancellation.BeginAsync(context) : context.Invoke();
}
