namespace Orleans.Multiplex.Residency;

/// <summary>
/// Which model goes first: the one that nobody has used longest, exactly. Decides only; it closes, disposes and releases nothing.
/// </summary>
/// <remarks>
/// A heap ordered by the use that was seen when an entry was put in. Uses do not touch it: the entry at the top whose model was used
/// since goes back in at its new place, and the one that stays at the top is the least recently used. So a use costs nothing here, each
/// use costs at most one move later, and no choice scans all the residents. Not thread-safe.
/// </remarks>
internal sealed class LruEvictionPolicy
{
    private readonly PriorityQueue<Resident, UseOrder> _order = new();

    public int Count => _order.Count;

    /// <summary>Puts a model into the order, unless it is there.</summary>
    public void Add(Resident resident)
    {
        if (!resident.IsInOrder)
        {
            resident.IsInOrder = true;
            _order.Enqueue(resident, resident.LastUse);
        }
    }

    /// <summary>
    /// The least recently used model that may still be evicted, left in its place; null when there is none. Those that are pinned leave the
    /// order: who is unpinned has to be added again.
    /// </summary>
    public Resident? Peek()
    {
        while (_order.TryPeek(out var resident, out var seen))
        {
            var lastUse = resident.LastUse;
            if (resident.State != ResidentState.Ready || resident.IsPinned)
            {
                Dequeue();
            }
            else if (lastUse != seen)
            {
                _order.DequeueEnqueue(resident, lastUse);
            }
            else
            {
                return resident;
            }
        }

        return null;
    }

    /// <summary>
    /// Takes the least recently used model, over several pools, that <paramref name="take"/> accepts. Those it does not accept (in use
    /// just now) keep their places.
    /// </summary>
    public static Resident? TakeVictim(IReadOnlyList<ModelPool> pools, Func<Resident, bool> take)
    {
        List<Resident>? passedOver = null;
        Resident? victim = null;
        while (victim is null && Peek(pools) is { } next)
        {
            next.Pool.Lru.Dequeue();
            if (take(next))
            {
                victim = next;
            }
            else
            {
                (passedOver ??= []).Add(next);
            }
        }

        passedOver?.ForEach(static resident => resident.Pool.Lru.Add(resident));
        return victim;
    }

    /// <summary>The same for the first shortage that an eviction can end; one that has none of what is short is not asked for.</summary>
    public static Victim? TakeVictim(IReadOnlyList<Shortage> shortages, Func<Resident, bool> take)
    {
        foreach (var shortage in shortages)
        {
            if (TakeVictim(shortage.Pools, resident => resident.Reservation is { } charged && shortage.IsOf(charged) > 0 && take(resident)) is { } resident)
            {
                return new Victim(resident, shortage);
            }
        }

        return null;
    }

    private static Resident? Peek(IReadOnlyList<ModelPool> pools)
    {
        Resident? first = null;
        for (var i = 0; i < pools.Count; i++)
        {
            first = Earlier(first, pools[i].Lru.Peek());
        }

        return first;
    }

    private static Resident? Earlier(Resident? one, Resident? other) => other is null || one?.LastUse.CompareTo(other.LastUse) <= 0 ? one : other;

    private void Dequeue() => _order.Dequeue().IsInOrder = false;
}
