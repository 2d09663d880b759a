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
    public async ValueTask<Reservation> ReserveAsync(ModelPool pool, string model, long bytes, Resident old, CancellationToken cancellationToken)
    {
        if (bytes > quota.MaxBytes)
        {
            return await quota.ReserveAsync(pool, model, bytes, claim: null, cancellationToken);
        }

        Reservation? room = null;
        return await TryAsync(() => (room = quota.TryReserve(pool, bytes)) is not null, pool, places: 1, bytes, old, patience, cancellationToken)
            ? room!
            : throw new NoCapacityException(
                model,
                $"There is no room for '{model}' ({new ByteSize(bytes)}) beside the one that it is to succeed, and what else is here stayed in use or pinned.",
                TimeSpan.FromSeconds(1));
    }

    /// <summary>Charges what the model was measured to take.</summary>
    /// <returns>False when there was no room for what it takes more; the model must be unloaded then.</returns>
    public ValueTask<bool> TryCorrectAsync(Reservation reservation, long bytes, Resident old, CancellationToken cancellationToken)
    {
        var more = bytes - reservation.Bytes;
        return more <= 0 || bytes > quota.MaxBytes
            ? quota.TryCorrectAsync(reservation, bytes, cancellationToken)
            : TryAsync(Grow, reservation.Pool, places: 0, more, old, CorrectionPatience, cancellationToken);

        bool Grow()
        {
            var taken = quota.Locked(() => quota.Bytes.TryTake(more));
            if (taken)
            {
                quota.SetBytes(reservation, bytes);
            }

            return taken;
        }
    }

    private async ValueTask<bool> TryAsync(
        Func<bool> take, ModelPool pool, long places, long bytes, Resident old, TimeSpan longest, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (!take())
        {
            if (!quota.Locked(CanMake) || time.GetElapsedTime(startedAt) >= longest)
            {
                return false;
            }

            evictions.EvictFor(() => quota.Locked(FindShortages), old);
            await Task.Delay(Pause, time, cancellationToken);
        }

        return true;

        // A pinned one is counted among what cannot go anyway.
        bool CanMake()
        {
            var kept = old.Reservation is { IsPinned: false } unpinned ? unpinned : null;
            return pool.Models.CanMake(places + (kept is null ? 0 : 1)) && quota.Bytes.CanMake(bytes + (kept?.Bytes ?? 0));
        }

        IReadOnlyList<Shortage> FindShortages() =>
        [
            .. pool.Models.GetShortage(places) > 0 ? new[] { new Shortage([pool], NeedsBytes: false) } : [],
            .. quota.Bytes.GetShortage(bytes) > 0 ? new[] { new Shortage(quota.Pools, NeedsBytes: true) } : [],
        ];
    }
}
