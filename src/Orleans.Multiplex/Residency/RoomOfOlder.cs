namespace Orleans.Multiplex.Residency;

/// <summary>
/// Room for a model that nobody here waits for: what is free, or that of idle models which were used longer ago than it. It is taken before the load, by what the model takes on another
/// silo: so that nothing else goes for it later, where the load takes long.
/// </summary>
/// <remarks>What is evicted for it is waited for in the line of all who wait for room; so it is its own, unless somebody stood there before.</remarks>
internal sealed class RoomOfOlder(SiloQuota quota, ResidencyLedger ledger, EvictionService evictions)
{
    // Two that looked at once would count on the same victim.
    private readonly Lock _lock = new();

    /// <summary>Takes room; null when there is none, and then nothing has been evicted.</summary>
    /// <param name="pool">The model's pool.</param>
    /// <param name="modelId">The model, for errors.</param>
    /// <param name="memory">What it will take.</param>
    /// <param name="age">The time since its last use.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NoCapacityException">Others had the room before.</exception>
    public async Task<Reservation?> TryReserveAsync(ModelPool pool, string modelId, ModelMemory memory, TimeSpan age, CancellationToken cancellationToken)
    {
        Task<Reservation> taking;
        lock (_lock)
        {
            if (!CanMake(pool, memory, age))
            {
                return null;
            }

            evictions.EvictFor(() => quota.Locked(() => Shortages.FindFor(quota.Pools, quota.Memory, pool, memory, modelId)), resident => resident.Age > age);
            taking = quota.ReserveAsync(pool, modelId, memory, claim: null, cancellationToken).AsTask();
        }

        return await taking;
    }

    // What leaves already is not counted: others wait for it.
    private bool CanMake(ModelPool pool, ModelMemory memory, TimeSpan age)
    {
        var heap = quota.MaxBytes - quota.ChargedBytes;
        var mapped = quota.Most.MappedBytes - quota.ChargedMappedBytes;
        var places = pool.MaxModels < 0 ? 1 : pool.MaxModels - quota.GetChargedModels(pool);
        foreach (var resident in ledger.Snapshot())
        {
            if (resident is { State: ResidentState.Ready, IsPinned: false, Gate.Users: 0 } && resident.Age > age)
            {
                heap += resident.Reservation?.Bytes ?? 0;
                mapped += resident.Reservation?.MappedBytes ?? 0;
                places += ReferenceEquals(resident.Pool, pool) ? 1 : 0;
            }
        }

        return places > 0 && heap >= Math.Max(1, memory.HeapBytes) && mapped >= memory.MappedBytes;
    }
}
