namespace Orleans.Multiplex.Residency;

/// <summary>
/// Room that activations have claimed for the loads which their first requests will start. Taken only where it is free, so that it evicts
/// nobody; used by that load, or given back: at the latest when its life is over, and before that as soon as somebody has waited for room
/// who would have to close a model in use for it. An activation without a request is no rarity: any call makes one, also the cancelling
/// of a call that has ended long ago.
/// </summary>
internal sealed class RoomClaims(SiloQuota quota, TimeProvider time)
{
    /// <summary>The longest that room stays claimed for a load that does not come.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly HashSet<RoomClaim> _open = [];

    /// <summary>Whether room is claimed.</summary>
    public bool Any
    {
        get
        {
            lock (_lock)
            {
                return _open.Count > 0;
            }
        }
    }

    /// <summary>Claims room that is free; null when there is none.</summary>
    public RoomClaim? TryMake(ModelPool pool, long bytes)
    {
        if (quota.TryReserve(pool, bytes) is not { } reservation)
        {
            return null;
        }

        var claim = new RoomClaim(this, reservation, time.GetTimestamp());
        lock (_lock)
        {
            _open.Add(claim);
        }

        return claim;
    }

    /// <summary>Gives back the claims whose life is over.</summary>
    public void Sweep() => ReleaseOlderThan(Life);

    /// <summary>Gives back the claims that are older: their loads have not come so far.</summary>
    public void ReleaseOlderThan(TimeSpan age)
    {
        List<RoomClaim> old;
        lock (_lock)
        {
            old = [.. _open.Where(claim => time.GetElapsedTime(claim.MadeAt) >= age)];
        }

        old.ForEach(static claim => claim.Release());
    }

    /// <summary>The claim has been used or given back.</summary>
    public void Remove(RoomClaim claim)
    {
        lock (_lock)
        {
            _open.Remove(claim);
        }
    }
}
