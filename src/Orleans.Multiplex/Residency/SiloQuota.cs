namespace Orleans.Multiplex.Residency;

/// <summary>
/// What this silo may hold: a number of models in each pool, and bytes over all of them, those of mapped files apart. What is charged never exceeds it, at no
/// moment: room is taken before a model is loaded and given back after its memory is free.
/// </summary>
/// <remarks>
/// A model takes a place in its pool first, bytes second and mapped bytes third; each is a queue, so a big model is not overtaken by small
/// ones, and a full pool holds up no other pool. Who waits makes the <see cref="IReclaimer"/> evict; waits are bounded in number and in time.
/// </remarks>
internal sealed class SiloQuota(IReadOnlyList<ModelPool> pools, ModelMemory most, RoomWaitLimits limits, string silo, TimeProvider time)
{
    private readonly Lock _lock = new();
    private IReclaimer? _reclaimer;
    private int _waiting;

    /// <summary>What those are told who get no room.</summary>
    public QuotaErrors Errors { get; } = new(silo, limits);

    /// <summary>The memory that the silo may hold.</summary>
    public ModelMemory Most => most;

    public long MaxBytes => most.HeapBytes;

    public IReadOnlyList<ModelPool> Pools => pools;

    /// <summary>Room for memory. Guarded by the quota's lock.</summary>
    public MemoryRooms Memory { get; } = new(most);

    /// <summary>Whether somebody waits for room.</summary>
    public bool HasWaiting => Volatile.Read(ref _waiting) > 0;

    public long ChargedBytes => Locked(() => Memory.Heap.Charged);

    public long ChargedMappedBytes => Locked(() => Memory.Mapped.Charged);

    /// <summary>The bytes taken, waited for and expected.</summary>
    public long DemandedBytes => Locked(() => Memory.Heap.Demand);

    /// <summary>The models that have a place in a pool, wait for one, or will.</summary>
    public int GetDemandedModels(ModelPool pool) => (int)Locked(() => pool.Models.Demand);

    public int GetChargedModels(ModelPool pool) => (int)Locked(() => pool.Models.Charged);

    /// <summary>Raised, outside the lock, when something was charged or given back, or is waited for.</summary>
    public event Action? Changed;

    /// <summary>A load has begun that will ask for room: it disposes the result when it does, or never will.</summary>
    public ExpectedRoom Expect(ModelPool pool, long bytes)
    {
        var expected = new ExpectedRoom(this, pool, bytes);
        Changed?.Invoke();
        return expected;
    }

    /// <summary>Connects the one who makes room; called once, at start.</summary>
    public void ConnectReclaimer(IReclaimer reclaimer) => _reclaimer = reclaimer;

    /// <summary>Takes room that is free and that nobody waits for; null when there is none. Evicts nobody.</summary>
    public Reservation? TryReserve(ModelPool pool, long bytes)
    {
        lock (_lock)
        {
            if (!pool.Models.Fits(1) || !Memory.Heap.Fits(bytes))
            {
                return null;
            }

            pool.Models.TryTake(1);
            Memory.Heap.TryTake(bytes);
        }

        Changed?.Invoke();
        return new Reservation(this, pool) { Bytes = bytes };
    }

    /// <summary>Takes room, waiting and evicting for it where none is free. An earlier claim is used up.</summary>
    /// <exception cref="NoCapacityException">The model is larger than the quota, or the wait took too long.</exception>
    /// <exception cref="OverloadedException">Too many wait.</exception>
    public async ValueTask<Reservation> ReserveAsync(ModelPool pool, string modelId, ModelMemory memory, Reservation? claim, CancellationToken cancellationToken)
    {
        var reservation = claim;
        try
        {
            if (!memory.FitsIn(most))
            {
                throw Errors.TooLarge(modelId, memory, most);
            }

            if (reservation is null)
            {
                await TakeAsync(pool.Models, 1, 0, modelId, limits, cancellationToken);
                reservation = new Reservation(this, pool);
            }

            await TakeMoreAsync(reservation, memory, modelId, limits, cancellationToken);
            return reservation;
        }
        catch
        {
            reservation?.Release();
            throw;
        }
    }

    /// <summary>Charges what a resident model takes from now on, others being evicted for it; waits for a moment only.</summary>
    /// <param name="reservation">The room that it has.</param>
    /// <param name="memory">What it takes.</param>
    /// <param name="isInUse">Whether the memory is in use already: then it goes ahead of all who wait for room.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there was no room for all of it. The reservation may have grown by a part then, until it is released or set.</returns>
    public async ValueTask<bool> TryCorrectAsync(Reservation reservation, ModelMemory memory, bool isInUse, CancellationToken cancellationToken)
    {
        if (!memory.FitsIn(most))
        {
            return false;
        }

        try
        {
            await TakeMoreAsync(reservation, memory, "", limits with { Timeout = limits.CorrectionTimeout }, cancellationToken, first: isInUse);
            return true;
        }
        catch (Exception full) when (full is NoCapacityException or OverloadedException)
        {
            return false;
        }
    }

    public void BeginLeaving(Reservation reservation)
    {
        lock (_lock)
        {
            SetLeaving_NeedsLock(reservation, !reservation.IsReleased);
        }
    }

    /// <summary>A pin keeps a model, or keeps it no longer: what is pinned is no room that eviction can make.</summary>
    public void SetPinned(Reservation reservation, bool isPinned)
    {
        lock (_lock)
        {
            if (reservation.IsPinned == isPinned || reservation.IsReleased)
            {
                return;
            }

            reservation.IsPinned = isPinned;
            reservation.Pool.Models.Pinned += isPinned ? 1 : -1;
            Memory.SetPinned(reservation, isPinned);
        }

        Changed?.Invoke();
    }

    /// <summary>The room does not come back soon after all.</summary>
    public void StopLeaving(Reservation reservation)
    {
        lock (_lock)
        {
            SetLeaving_NeedsLock(reservation, false);
        }
    }

    public void Release(Reservation reservation)
    {
        bool isShort;
        lock (_lock)
        {
            if (reservation.IsReleased)
            {
                return;
            }

            reservation.IsReleased = true;
            SetLeaving_NeedsLock(reservation, false);
            reservation.Pool.Models.Give(1);
            Memory.Give(reservation);
            isShort = Shortages.IsAny(pools, Memory);
        }

        Changed?.Invoke();
        if (isShort)
        {
            _reclaimer?.Reclaim();
        }
    }

    /// <summary>
    /// What is short, beyond what is on its way out: places of pools, and bytes. All of it, since a shortage that no eviction can end just
    /// now must not hide another that one can.
    /// </summary>
    public IReadOnlyList<Shortage> FindShortages() => Locked(() => Shortages.Find(pools, Memory));

    /// <summary>Does something with the rooms while nobody else does.</summary>
    public T Locked<T>(Func<T> act)
    {
        lock (_lock)
        {
            return act();
        }
    }

    private void SetLeaving_NeedsLock(Reservation reservation, bool isLeaving)
    {
        if (reservation.IsLeaving != isLeaving)
        {
            reservation.IsLeaving = isLeaving;
            reservation.Pool.Models.Leaving += isLeaving ? 1 : -1;
            Memory.SetLeaving(reservation, isLeaving);
        }
    }

    // Each kind counts as held from the moment at which it is taken, so that whatever ends the wait for the other gives it back with the rest.
    private async ValueTask TakeMoreAsync(
        Reservation held, ModelMemory memory, string modelId, RoomWaitLimits wait, CancellationToken cancellationToken, bool first = false)
    {
        if (memory.HeapBytes > held.Bytes)
        {
            await TakeAsync(Memory.Heap, memory.HeapBytes - held.Bytes, held.Bytes, modelId, wait, cancellationToken, first);
            SetMemory(held, memory with { MappedBytes = held.MappedBytes });
        }

        if (memory.MappedBytes > held.MappedBytes)
        {
            await TakeAsync(Memory.Mapped, memory.MappedBytes - held.MappedBytes, held.MappedBytes, modelId, wait, cancellationToken, first);
        }

        SetMemory(held, memory);
    }

    /// <summary>The reservation holds so much from now on: what it has beyond that is given back, what it lacks must have been taken for it.</summary>
    public void SetMemory(Reservation reservation, ModelMemory memory)
    {
        lock (_lock)
        {
            Memory.Change(reservation, memory);
        }

        Changed?.Invoke();
    }

    private async ValueTask TakeAsync(Room room, long amount, long held, string modelId, RoomWaitLimits wait, CancellationToken cancellationToken, bool first = false)
    {
        RoomRequest request;
        Task served;
        lock (_lock)
        {
            if (room.TryTake(amount))
            {
                return;
            }

            // Nobody is evicted for what cannot come of it.
            if (!room.CanMake(held + amount))
            {
                throw Errors.Pinned(modelId, room.Limit);
            }

            if (_waiting >= wait.MaxWaiting && !first)
            {
                throw Errors.TooManyWait(modelId, room.Limit, _waiting);
            }

            // Its time runs before anybody can see that it waits.
            request = room.Enqueue(amount, first, modelId);
            served = request.Served.Task.WaitAsync(wait.Timeout, time, cancellationToken);
            Volatile.Write(ref _waiting, _waiting + 1);
        }

        Changed?.Invoke();
        try
        {
            _reclaimer?.Reclaim();
            await served;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                room.Cancel(request);
            }

            Changed?.Invoke();
            if (error is TimeoutException)
            {
                throw Errors.NothingFree(modelId, room.Limit, wait.Timeout);
            }

            throw;
        }
        finally
        {
            lock (_lock)
            {
                _waiting--;
            }
        }
    }
}
