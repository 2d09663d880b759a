using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>
/// Takes models of the store over from silos that leave or that are full: it loads what has room, or displaces only what was used longer ago, and answers when the model
/// is ready. Without a request there is no activation; one comes here when the other silo lets go of its own.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle: there is nothing to dispose.")]
internal sealed class ModelReception(ModelAttachments silo, PlacementSnapshots snapshots, BackendOpener opener, ModelPool pool)
{
    // One at a time of those that displace others: two would look at the same victim, and the second one take another.
    private readonly SemaphoreSlim _displacing = new(1, 1);

    public async Task<HandOverAnswer> TakeAsync(HandedModel model)
    {
        if (silo.Publisher.IsDraining)
        {
            return HandOverAnswer.NoRoom;
        }

        try
        {
            return await TakeAsync(model, silo.Loader.Stopping);
        }
#pragma warning disable CA1031 // Whatever keeps the model from coming here, the other silo tries the next one.
        catch (Exception)
#pragma warning restore CA1031
        {
            return HandOverAnswer.Failed;
        }
    }

    private async Task<HandOverAnswer> TakeAsync(HandedModel model, CancellationToken cancellationToken)
    {
        if (await opener.FindAsync(model.Key, cancellationToken) is not { } manifest)
        {
            return HandOverAnswer.Failed;
        }

        var key = new ResidentKey(pool.Name, manifest.Id, manifest.Version);
        if (silo.Ledger.Contains(key))
        {
            return await LoadAsync(key, manifest, model, claim: null, cancellationToken);
        }

        return await TryClaimAsync(manifest, cancellationToken) is { } claim
            ? await LoadAsync(key, manifest, model, claim, cancellationToken)
            : await DisplaceAsync(key, manifest, model, cancellationToken);
    }

    private async Task<HandOverAnswer> DisplaceAsync(ResidentKey key, ModelManifest manifest, HandedModel model, CancellationToken cancellationToken)
    {
        await _displacing.WaitAsync(cancellationToken);
        try
        {
            return silo.Ledger.Contains(key) || snapshots.TakeOwn(pool.Name).NextVictimAge > model.Age
                ? await LoadAsync(key, manifest, model, claim: null, cancellationToken)
                : HandOverAnswer.NoRoom;
        }
        finally
        {
            _displacing.Release();
        }
    }

    private async Task<HandOverAnswer> LoadAsync(ResidentKey key, ModelManifest manifest, HandedModel model, RoomClaim? claim, CancellationToken cancellationToken)
    {
        var resident = silo.Loader.EnterOrLoad(key, pool, manifest, opener, () => Interlocked.Exchange(ref claim, null)?.Take());
        claim?.Release();
        resident.CountAsUsed(model.Age, silo.Ledger.Snapshot());
        try
        {
            if ((await resident.WhenLoaded.WaitAsync(cancellationToken)).Failure is not null)
            {
                return HandOverAnswer.Failed;
            }

            if (model.Copies is { } copies)
            {
                return silo.Copies.TryAdd(copies, resident, opener) ? HandOverAnswer.IsReady : HandOverAnswer.Failed;
            }

            if (resident.Holders.IsEmpty)
            {
                silo.Publisher.OnReady(pool.Name, key.ModelId);
            }

            return HandOverAnswer.IsReady;
        }
        finally
        {
            resident.Leave();
        }
    }

    private async ValueTask<RoomClaim?> TryClaimAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        var guess = await opener.GuessAsync(manifest, cancellationToken);
        return silo.Claims.TryMake(pool, guess > 0 ? guess : silo.Footprints.Find(pool.Name, manifest.Id));
    }
}
