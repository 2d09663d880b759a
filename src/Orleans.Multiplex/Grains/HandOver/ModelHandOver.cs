using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>
/// Hands a resident model over to another silo: first it is resident there, then its activations move there, with what waits for them, and last it goes here, when the
/// requests that use it have ended. So there is no moment at which nobody answers for it.
/// </summary>
/// <remarks>
/// A model of an own class is loaded by its grain, so it cannot be there before its activation is: that one moves at once, and who comes meanwhile waits for the load there.
/// </remarks>
internal sealed class ModelHandOver(ResidencyChannel channel, EvictionService evictions, ModelCopies copies)
{
    /// <param name="resident">The model, ready.</param>
    /// <param name="target">The other silo.</param>
    /// <param name="cancellationToken">Ends the wait; what has begun goes on.</param>
    /// <returns><see cref="HandOverAnswer.IsReady"/> when it is there and its activations too; here it goes when the last request that uses it has ended.</returns>
    public async Task<HandOverAnswer> MoveAsync(Resident resident, SiloAddress target, CancellationToken cancellationToken)
    {
        var attachments = resident.Holders.OfType<ModelAttachment>().ToList();
        if (!IsOfStore(resident) && attachments.Count == 0)
        {
            return HandOverAnswer.NoRoom;
        }

        if (IsOfStore(resident) && await OfferAsync(resident, target, cancellationToken) is var answer and not HandOverAnswer.IsReady)
        {
            return answer;
        }

        await Task.WhenAll(attachments.Select(attachment => attachment.End.MoveWhenIdleAsync(target))).WaitAsync(cancellationToken);
        _ = evictions.EvictAsync(resident, EvictionReason.Moved);
        return HandOverAnswer.IsReady;
    }

    /// <summary>Whether it can be there before its activation is.</summary>
    public static bool IsOfStore(Resident resident) => resident.Key.Pool == ModelPool.OfStore;

    /// <summary>The time since its last use, as it counts elsewhere: what is in use is used now, and what a pin keeps is as good.</summary>
    public static TimeSpan GetAge(Resident resident) => resident.IsPinned || resident.Gate.Users > 0 ? TimeSpan.Zero : resident.Age;

    private async Task<HandOverAnswer> OfferAsync(Resident resident, SiloAddress target, CancellationToken cancellationToken)
    {
        try
        {
            // It is one of the copies there until its grain comes, and decides on them from then on.
            var model = new HandedModel(
                ModelKey.Create(resident.Key.ModelId, resident.Key.Version), GetAge(resident), resident.Reservation?.Memory ?? default, copies.FindList(resident)?.With(target));
            return await channel.Of(target).TakeOverAsync(model).WaitAsync(cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            return HandOverAnswer.Failed;
        }
    }
}
