using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// A model's arrival at this silo with a new activation: it claims the room for the load which its first request will start, or goes on
/// to a silo that has room. Takes only what is free, and never waits for a load.
/// </summary>
internal sealed class ModelArrival(ModelAttachments silo, ModelPool pool, ModelKey key, StoreSearch search, IModelOpener opener)
{
    /// <summary>The longest that an activation asks the store for, to learn how much room to claim.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private RoomClaim? _claim;
    private bool _isClosed;

    /// <summary>Claims room.</summary>
    /// <param name="cancellationToken">Ends the wait for the store and for other silos.</param>
    /// <returns>False when the model is to be passed on: there is no room here, and a better place elsewhere.</returns>
    public async Task<bool> TryStayAsync(CancellationToken cancellationToken)
    {
        if (await FindBytesAsync(cancellationToken) is not { } bytes)
        {
            return true;
        }

        silo.Footprints.Set(pool.Name, key.Id, bytes);
        if (!silo.Publisher.IsDraining && silo.Claims.TryMake(pool, bytes) is { } claim)
        {
            Keep(claim);
            return true;
        }

        return !await silo.PassingOn.IsBetterAsync(pool, key.ToString(), bytes, cancellationToken);
    }

    /// <summary>Takes the claimed room out, for the load; null when there is none.</summary>
    public Reservation? TakeClaim()
    {
        lock (_lock)
        {
            return Interlocked.Exchange(ref _claim, null)?.Take();
        }
    }

    /// <summary>Gives the claimed room back, where it has not been taken.</summary>
    public void ReleaseClaim() => TakeClaim()?.Release();

    /// <summary>Gives the claimed room back and keeps no further one: the activation has ended.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        ReleaseClaim();
    }

    private void Keep(RoomClaim claim)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _claim = claim;
                return;
            }
        }

        claim.Release();
    }

    // Null when the model is here already, or cannot be had: then there is nothing to claim. The store and the file are given a moment
    // only, since the activation waits; what fails here fails again in the load, whose request is told.
    private async ValueTask<long?> FindBytesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FindAndGuessAsync().WaitAsync(Patience, silo.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return silo.Footprints.Find(pool.Name, key.Id);
        }
#pragma warning disable CA1031 // An activation that fails would give its callers an error that is not one of ours.
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return null;
        }

        async Task<long?> FindAndGuessAsync()
        {
            var found = await search.FindAsync();
            if (found.Failure is not null || silo.Ledger.Contains(search.ToResidentKey(found.Manifest)))
            {
                return null;
            }

            var guess = await opener.GuessAsync(found.Manifest, cancellationToken);
            return guess > 0 ? guess : silo.Footprints.Find(pool.Name, key.Id);
        }
    }
}
