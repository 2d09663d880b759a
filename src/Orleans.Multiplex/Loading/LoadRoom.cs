using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Loading;

/// <summary>The room of a load: taken before the model is opened, and corrected to what is known better later.</summary>
/// <param name="quota">What the silo may hold.</param>
/// <param name="beside">Room for one that is to take another's place.</param>
/// <param name="footprints">What models are known to take.</param>
internal sealed class LoadRoom(SiloQuota quota, RoomBeside beside, KnownFootprints footprints)
{
    /// <summary>What to reserve for a model: what is estimated, or what such a model took before where nothing is.</summary>
    public ModelMemory Recall(Resident resident, ModelMemory estimated)
    {
        if (estimated.HeapBytes <= 0)
        {
            return footprints.Find(resident.Pool.Name, resident.Key.ModelId);
        }

        Remember(resident, estimated.HeapBytes);
        return estimated;
    }

    /// <summary>Takes room, or more of it where the load has some; others are evicted for it. A load that has to wait gives its turn away.</summary>
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

    /// <summary>Corrects the room to what the check measured; nothing is in memory here so far, so more of it is waited for as for any.</summary>
    /// <inheritdoc cref="ReserveAsync" path="/exception"/>
    public async ValueTask CorrectAsync(Resident resident, LoadInProgress load, long bytes, CancellationToken cancellationToken)
    {
        if (bytes == load.Reservation!.Bytes)
        {
            return;
        }

        Remember(resident, bytes);
        var memory = load.Reservation.Memory with { HeapBytes = bytes };
        if (load.Beside is { } old)
        {
            await beside.CorrectAsync(load.Reservation, resident.Name, memory, old, cancellationToken);
        }
        else
        {
            await ReserveAsync(resident, load, memory, cancellationToken);
        }
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
