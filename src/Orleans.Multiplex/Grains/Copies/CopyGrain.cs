using System.Diagnostics.CodeAnalysis;
using Orleans.Concurrency;
using Orleans.Multiplex.Calls.Copies;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Placement;

namespace Orleans.Multiplex.Grains.Copies;

/// <inheritdoc cref="ICopyGrain"/>
/// <remarks>It is an address and holds nothing, so Orleans may collect it when it likes.</remarks>
[GrainType("multiplex.copy")]
[CopyPlacement, Reentrant, Immovable]
[SuppressMessage("Performance", "CA1812", Justification = "Made by the grain runtime.")]
internal sealed class CopyGrain(ModelCopies copies, ModelAttachments attachments, GrainPools pools, InferenceCalls calls, ILocalSiloDetails local)
    : Grain, ICopyGrain, IIncomingGrainCallFilter
{
    public Task<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        if (CopyAddress.TryParse(this.GetPrimaryKeyString(), out var address) && address.Silo.Equals(local.SiloAddress) && Find(address.Model) is { } tie)
        {
            return calls.AnswerAsync(tie, request, cancellationToken);
        }

        DeactivateOnIdle();
        throw new ModelUnloadedException(address.Model ?? "");
    }

    // The model's own grain may have come here, in the place of the copy.
    private IModelTie? Find(string model) =>
        copies.Find(model) is { } copy ? copy : pools.Find(typeof(InferenceGrain)) is { } pool ? attachments.Find(pool, model) : null;

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) =>
        CallCancellation.Is(context) ? CallCancellation.BeginAsync(context) : context.Invoke();
}
