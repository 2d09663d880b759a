namespace Orleans.Multiplex.Residency;

/// <summary>
/// Room for a model that nobody here waits for: what is free, or that of idle models which were used longer ago than it. It waits in no line, so it is taken before the load and
/// nothing else goes for it later, as where the load takes long.
/// </summary>
internal sealed class RoomOfOlder(SiloQuota quota, ResidencyLedger ledger, RoomClaims claims, EvictionService evictions, TimeProvider time)
{
    /// <summary>How often it is seen whether what was evicted has gone.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>When it is given up: others have taken the room meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Claims room; null when there is none.</summary>
    /// <param name="pool">The model's pool.</param>
    /// <param name="bytes">The bytes that it will take; 0 when not known.</param>
    /// <param name="age">The time since its last use.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RoomClaim?> TryClaimAsync(ModelPool pool, long bytes, TimeSpan age, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            if (claims.TryMake(pool, bytes) is { } claim)
            {
                return claim;
            }

            if (!CanMake(pool, bytes, age) || time.GetElapsedTime(startedAt) >= Patience)
            {
                return null;
            }

            evictions.EvictFor(
                () => quota.Locked(() => Shortages.FindFor(quota.Pools, quota.Memory, pool, new ModelMemory(bytes, 0))), resident => resident.Age > age);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    // Nobody is evicted for what cannot come of it. What is leaving already counts too: it is waited for.
    private bool CanMake(ModelPool pool, long bytes, TimeSpan age)
    {
        var free = Math.Max(0, quota.MaxBytes - quota.ChargedBytes);
        var places = pool.MaxModels < 0 ? 1 : pool.MaxModels - quota.GetChargedModels(pool);
        foreach (var resident in ledger.Snapshot())
        {
            var goes = resident.State switch
            {
                ResidentState.Draining or ResidentState.Unloading => true,
                ResidentState.Ready => !resident.IsPinned && resident.Gate.Users == 0 && resident.Age > age,
                _ => false,
            };
            if (goes)
            {
                free += resident.Reservation?.Bytes ?? 0;
                places += ReferenceEquals(resident.Pool, pool) ? 1 : 0;
            }
        }

        return places > 0 && free >= Math.Max(1, bytes);
    }
}
