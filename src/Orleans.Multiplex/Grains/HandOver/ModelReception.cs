using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>
/// Takes models of the store from silos that leave or that are full, and copies of hot ones: it loads what has room, or displaces only what was used longer ago, and answers when the model
/// is ready. Without a request there is no activation; one comes here when the other silo lets go of its own.
/// </summary>
/// <remarks>Its room is taken before the load, so a fetch that fails then has cost an older model its place.</remarks>
internal sealed class ModelReception(ModelAttachments silo, RoomOfOlder room, BackendOpener opener, ModelPool pool)
{
    public async Task<HandOverAnswer> TakeAsync(HandedModel model)
    {
        if (silo.Publisher.IsDraining)
        {
            return HandOverAnswer.NoRoom;
        }

        try
        {
            return await LoadOrJoinAsync(model, silo.Loader.Stopping);
        }
#pragma warning disable CA1031 // Whatever keeps the model from coming here, the other silo tries the next one.
        catch (Exception)
#pragma warning restore CA1031
        {
            return HandOverAnswer.Failed;
        }
    }

    private async Task<HandOverAnswer> LoadOrJoinAsync(HandedModel model, CancellationToken cancellationToken)
    {
        if (await opener.FindAsync(model.Key, cancellationToken) is not { } manifest)
        {
            return HandOverAnswer.Failed;
        }

        var key = new ResidentKey(pool.Name, manifest.Id, manifest.Version);
        if (silo.Ledger.Contains(key))
        {
            return await LoadAsync(key, manifest, model, taken: null, cancellationToken);
        }

        var memory = model.Memory with { HeapBytes = Math.Max(model.Memory.HeapBytes, await opener.GuessAsync(manifest, cancellationToken)) };
        return await room.TryReserveAsync(pool, manifest.Id, memory, model.Age, cancellationToken) is { } taken
            ? await LoadAsync(key, manifest, model, taken, cancellationToken)
            : HandOverAnswer.NoRoom;
    }

    private async Task<HandOverAnswer> LoadAsync(ResidentKey key, ModelManifest manifest, HandedModel model, Reservation? taken, CancellationToken cancellationToken)
    {
        var resident = silo.Loader.EnterOrLoad(key, pool, manifest, opener, () => Interlocked.Exchange(ref taken, null));
        taken?.Release();
        resident.CountAsUsed(model.Age, silo.Ledger.Snapshot());
        try
        {
            if ((await resident.WhenLoaded.WaitAsync(cancellationToken)).Failure is { } failure)
            {
                return failure == LoadFailureKind.Unloaded ? HandOverAnswer.Unloaded : HandOverAnswer.Failed;
            }

            // Where the model's own grain is here, it is no copy.
            if (model.Copies is { } copies && !resident.GetNames().Contains(copies.Model))
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
}
