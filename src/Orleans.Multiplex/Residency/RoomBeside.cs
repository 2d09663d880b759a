namespace Orleans.Multiplex.Residency;

/// <summary>
/// Room for a model beside the one whose place it is to take. It waits in no line: it takes what is free while nobody else waits, so that it
/// holds up no load that somebody asked for. Idle models are evicted for it as for any other, never the one that it is to succeed.
/// </summary>
/// <param name="quota">What the silo may hold.</param>
/// <param name="evictions">Evicts.</param>
/// <param name="patience">How long it is tried (<c>Multiplex:Versions:SwapTimeout</c>).</param>
/// <param name="time">The clock.</param>
internal sealed class RoomBeside(SiloQuota quota, EvictionService evictions, TimeSpan patience, TimeProvider time)
{
    /// <summary>The time between two tries: nobody waits for a swap.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The same as for any model that turns out larger than reserved: its memory is in use already.</summary>
    private static readonly TimeSpan CorrectionPatience = TimeSpan.FromSeconds(1);

    /// <summary>Takes room.</summary>
    /// <exception cref="NoCapacityException">The model is larger than the quota, or there is no room beside the other one within the time.</exception>
    public async ValueTask<Reservation> ReserveAsync(ModelPool pool, string model, ModelMemory memory, Resident old, CancellationToken cancellationToken)
    {
        if (!memory.FitsIn(quota.Most))
        {
            return await quota.ReserveAsync(pool, model, memory, claim: null, cancellationToken);
        }

        Reservation? room = null;
        return await TryAsync(() => (room = TryReserve(pool, memory)) is not null, pool, held: null, memory, old, patience, cancellationToken)
            ? room!
            : throw NoRoom(model, memory);
    }

    /// <summary>Charges what the model was measured to take.</summary>
    /// <returns>False when there was no room for what it takes more; the model must be unloaded then.</returns>
    public ValueTask<bool> TryCorrectAsync(Reservation reservation, ModelMemory memory, Resident old, CancellationToken cancellationToken) =>
        memory.FitsIn(quota.Most)
            ? TryAsync(() => TryGrow(reservation, memory), reservation.Pool, reservation, memory, old, CorrectionPatience, cancellationToken)
            : new(false);

    private static NoCapacityException NoRoom(string model, ModelMemory memory) => new(
        model,
        $"There is no room for '{model}' ({memory}) beside the one that it is to succeed, and what else is here stayed in use or pinned.",
        TimeSpan.FromSeconds(1));

    private static ModelMemory GetMore(Reservation reservation, ModelMemory memory) =>
        new(memory.HeapBytes - reservation.Bytes, memory.MappedBytes - reservation.MappedBytes);

    private Reservation? TryReserve(ModelPool pool, ModelMemory memory)
    {
        var room = quota.TryReserve(pool, memory.HeapBytes);
        if (room is not null && !TryGrow(room, memory))
        {
            room.Release();
            room = null;
        }

        return room;
    }

    private bool TryGrow(Reservation reservation, ModelMemory memory)
    {
        if (!quota.Locked(() => quota.Memory.TryTake(GetMore(reservation, memory))))
        {
            return false;
        }

        quota.SetMemory(reservation, memory);
        return true;
    }

    private async ValueTask<bool> TryAsync(
        Func<bool> take, ModelPool pool, Reservation? held, ModelMemory memory, Resident old, TimeSpan longest, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (!take())
        {
            if (!quota.Locked(CanMake) || time.GetElapsedTime(startedAt) >= longest)
            {
                return false;
            }

            evictions.EvictFor(() => quota.Locked(FindShortages), resident => !ReferenceEquals(resident, old));
            await Task.Delay(Pause, time, cancellationToken);
        }

        return true;

        // Nobody is evicted for what cannot come of it. A pinned one is counted among what cannot go anyway.
        bool CanMake()
        {
            var kept = old.Reservation is { IsPinned: false } unpinned ? unpinned : null;
            return pool.Models.CanMake(kept is null ? 1 : 2)
                && quota.Memory.Heap.CanMake(memory.HeapBytes + (kept?.Bytes ?? 0))
                && quota.Memory.Mapped.CanMake(memory.MappedBytes + (kept?.MappedBytes ?? 0));
        }

        IReadOnlyList<Shortage> FindShortages() =>
            Shortages.FindFor(quota.Pools, quota.Memory, held is null ? pool : null, held is null ? memory : GetMore(held, memory), old.Key.ModelId);
    }
}
