using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Loading;

/// <summary>The room of a load: taken before the model is opened, and corrected to what it is found to take.</summary>
/// <param name="quota">What the silo may hold.</param>
/// <param name="beside">Room for one that is to take another's place.</param>
/// <param name="footprints">What models are known to take.</param>
internal sealed class LoadRoom(SiloQuota quota, RoomBeside beside, KnownFootprints footprints)
{
    /// <summary>What to reserve for a model: what its check measured, else what is estimated, else what such a model took before.</summary>
    public ModelMemory Decide(Resident resident, ModelMemory estimated, long? measuredBytes)
    {
        var memory = measuredBytes is { } bytes ? estimated with { HeapBytes = bytes } : estimated;
        if (memory.HeapBytes <= 0)
        {
            return footprints.Find(resident.Pool.Name, resident.Key.ModelId);
        }

        Remember(resident, memory.HeapBytes);
        return memory;
    }

    /// <summary>Refuses what can never be held here, before anything is done for it.</summary>
    /// <exception cref="NoCapacityException">It is larger than the quota.</exception>
    public void ThrowIfTooLarge(Resident resident, ModelMemory estimated)
    {
        if (!estimated.FitsIn(quota.Most))
        {
            throw quota.Errors.TooLarge(resident.Name, estimated, quota.Most);
        }
    }

    /// <summary>Lets the other silos know that a load which has no room yet will evict others for it; null for one that has, or that evicts nobody.</summary>
    public ExpectedRoom? Expect(Resident resident, LoadInProgress load) => load.Reservation is null && load.Beside is null
        ? quota.Expect(resident.Pool, footprints.Find(resident.Pool.Name, resident.Key.ModelId))
        : null;

    /// <summary>Takes room; others are evicted for it. A load that has to wait gives its turn away.</summary>
    /// <exception cref="NoCapacityException">The model is larger than the quota, or the wait took too long.</exception>
    /// <exception cref="OverloadedException">Too many wait.</exception>
    public async ValueTask ReserveAsync(Resident resident, LoadInProgress load, ModelMemory memory, CancellationToken cancellationToken)
    {
        resident.MoveTo(ResidentState.Reserving);
        var claim = load.Reservation;
        load.Reservation = null;
        var reserving = load.Beside is { } old
            ? beside.ReserveAsync(resident.Pool, resident.Name, memory, old, cancellationToken)
            : quota.ReserveAsync(resident.Pool, resident.Name, memory, claim, cancellationToken);
        if (reserving.IsCompleted)
        {
            load.Reservation = await reserving;
            return;
        }

        load.EndTurn();
        load.Reservation = await reserving;
        await load.TakeTurnAsync(cancellationToken);
    }

    /// <summary>Charges what the open model takes.</summary>
    /// <exception cref="NoCapacityException">There is no room for what it takes more: it must be unloaded.</exception>
    public async ValueTask ChargeAsync(Resident resident, LoadInProgress load, ModelMemory memory, CancellationToken cancellationToken)
    {
        if (memory.HeapBytes < 0)
        {
            throw new ModelLoadFailedException(resident.Name, $"its MeasureAsync returned {memory.HeapBytes} bytes.");
        }

        Remember(resident, memory.HeapBytes);
        var reservation = load.Reservation!;
        var reserved = reservation.Memory;

        // Only while it is open may somebody have asked for it meanwhile, and then it stands in line as any does.
        if (!await (resident.Predecessor is { } old
            ? beside.TryCorrectAsync(reservation, memory, old, cancellationToken)
            : quota.TryCorrectAsync(reservation, memory, isInUse: true, cancellationToken)))
        {
            var message = $"Model '{resident.Name}' takes {memory}; {reserved} were reserved for it, and of the silo's "
                + $"{quota.Most} (Multiplex:MaxBytesPerSilo, Multiplex:MaxMappedBytesPerSilo) not enough could be freed for the rest, so it was unloaded again.";
            throw new NoCapacityException(resident.Name, message, memory.FitsIn(quota.Most) ? TimeSpan.FromSeconds(1) : null);
        }
    }

    // What can never fit is not kept: another version, or the same one made smaller, would be refused unseen.
    private void Remember(Resident resident, long bytes)
    {
        if (bytes <= quota.MaxBytes)
        {
            footprints.Set(resident.Pool.Name, resident.Key.ModelId, bytes);
        }
    }
}
