using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>
/// Hands a resident model over to another silo: first it is resident there, then its activations move there, with what waits for them, and last it goes here, when the
/// requests that use it have ended. So there is no moment at which nobody answers for it.
/// </summary>
/// <remarks>
/// A model of an own class is loaded by its grain, so it cannot be there before its activation is: that one moves at once, and who comes meanwhile waits for the load there.
/// </remarks>
internal sealed class ModelHandOver(ResidencyChannel channel, EvictionService evictions)
{
    /// <param name="resident">The model, ready.</param>
    /// <param name="target">The other silo.</param>
    /// <param name="cancellationToken">Ends the wait; what has begun goes on.</param>
    /// <returns><see cref="HandOverAnswer.IsReady"/> when it is there, and here no longer.</returns>
    public async Task<HandOverAnswer> MoveAsync(Resident resident, SiloAddress target, CancellationToken cancellationToken)
    {
        var isOfStore = resident.Key.Pool == ModelPool.OfStore;
        var answer = isOfStore ? await OfferAsync(resident, target, cancellationToken) : HandOverAnswer.IsReady;
        if (answer != HandOverAnswer.IsReady)
        {
            return answer;
        }

        await Task.WhenAll(resident.Holders.OfType<ModelAttachment>().Select(attachment => attachment.End.MoveWhenIdleAsync(target))).WaitAsync(cancellationToken);
        await evictions.EvictAsync(resident, EvictionReason.Moved).WaitAsync(cancellationToken);
        return HandOverAnswer.IsReady;
    }

    private async Task<HandOverAnswer> OfferAsync(Resident resident, SiloAddress target, CancellationToken cancellationToken)
    {
        try
        {
            var model = new HandedModel(ModelKey.Create(resident.Key.ModelId, resident.Key.Version), resident.Age);
            return await channel.Of(target).TakeOverAsync(model).WaitAsync(cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            return HandOverAnswer.Failed;
        }
    }
}
