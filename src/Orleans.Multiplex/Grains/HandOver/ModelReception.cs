using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>
/// Takes models of the store over from silos that leave or that are full: it loads what has room, or displaces only what was used longer ago, and answers when the model
/// is ready. Without a request there is no activation; one comes here when the other silo lets go of its own.
/// </summary>
internal sealed class ModelReception(ModelAttachments silo, EvictionService evictions, BackendOpener opener, ModelPool pool)
{
    public async Task<HandOverAnswer> TakeAsync(HandedModel model)
    {
        if (silo.Publisher.IsDraining)
        {
            return HandOverAnswer.NoRoom;
        }

        try
        {
            return await TryLoadAsync(model, silo.Loader.Stopping);
        }
        catch (Exception error) when (error is MultiplexException or OperationCanceledException)
        {
            return HandOverAnswer.Failed;
        }
    }

    private async Task<HandOverAnswer> TryLoadAsync(HandedModel model, CancellationToken cancellationToken)
    {
        if (await opener.FindAsync(model.Key, cancellationToken) is not { } manifest)
        {
            return HandOverAnswer.Failed;
        }

        var key = new ResidentKey(pool.Name, manifest.Id, manifest.Version);
        var claim = silo.Ledger.Contains(key) ? null : await TryClaimAsync(manifest, cancellationToken);
        if (claim is null && !silo.Ledger.Contains(key) && !(evictions.GetVictimAge(pool) > model.Age))
        {
            return HandOverAnswer.NoRoom;
        }

        var resident = silo.Loader.EnterOrLoad(key, pool, manifest, opener, () => Interlocked.Exchange(ref claim, null)?.Take());
        claim?.Release();
        resident.CountAsUsed(model.Age, silo.Ledger.Snapshot());
        try
        {
            var outcome = await resident.WhenLoaded.WaitAsync(cancellationToken);
            return outcome.Failure is null ? HandOverAnswer.IsReady : HandOverAnswer.Failed;
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
