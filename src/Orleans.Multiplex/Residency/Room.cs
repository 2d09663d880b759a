namespace Orleans.Multiplex.Residency;

/// <summary>
/// A limited amount (models of a pool, bytes of a silo) of which parts are taken and given back. Who finds too little left waits, first
/// come, first served: while one waits, nobody behind is served, so that a big request is not starved by small ones.
/// Not thread-safe: <see cref="SiloQuota"/> calls it under its lock.
/// </summary>
/// <param name="capacity">The amount.</param>
/// <param name="limit">The amount as people read it.</param>
internal sealed class Room(long capacity, string limit = "")
{
    private readonly LinkedList<RoomRequest> _waiting = [];
    private long _wanted;

    public long Capacity => capacity;

    public string Limit => limit;

    /// <summary>What is taken, at most <see cref="Capacity"/>.</summary>
    public long Charged { get; private set; }

    /// <summary>What is on its way out: part of <see cref="Charged"/> until it is given back.</summary>
    public long Leaving { get; set; }

    /// <summary>What pins keep: part of <see cref="Charged"/> that no eviction gives back.</summary>
    public long Pinned { get; set; }

    /// <summary>What will be asked for soon.</summary>
    public long Expected { get; set; }

    public int Waiting => _waiting.Count;

    /// <summary>The one that waits first; null when nobody does.</summary>
    public RoomRequest? FirstWaiting => _waiting.First?.Value;

    /// <summary>What is taken, waited for and expected: only the rest is room for somebody who comes now.</summary>
    public long Demand => Charged + _wanted + Expected;

    /// <summary>
    /// What has to be freed, beyond what is free or leaving, for all who wait; nothing while the first of them cannot be served whoever goes,
    /// since a pin came after it.
    /// </summary>
    public long Shortage => _waiting.First is { Value: var first } && CanMake(first.Amount) ? Math.Max(0, _wanted - (capacity - Charged) - Leaving) : 0;

    /// <summary>What has to be freed, beyond what is free or leaving, for one who does not wait in line; nothing while others do.</summary>
    public long GetShortage(long amount) => _waiting.Count > 0 ? 0 : Math.Max(0, amount - (capacity - Charged) - Leaving);

    /// <summary>Whether so much can be had when all that is not pinned goes.</summary>
    public bool CanMake(long amount) => amount <= capacity - Pinned;

    public bool Fits(long amount) => _waiting.Count == 0 && amount <= capacity - Charged;

    public bool TryTake(long amount)
    {
        if (!Fits(amount))
        {
            return false;
        }

        Charged += amount;
        return true;
    }

    /// <summary>
    /// Joins the queue, at its end or ahead of all; the request's task completes when the amount is taken, which may be now: who goes ahead
    /// may fit where the one who was first did not.
    /// </summary>
    public RoomRequest Enqueue(long amount, bool first = false, string model = "")
    {
        var request = new RoomRequest(amount, model);
        request.Place = first ? _waiting.AddFirst(request) : _waiting.AddLast(request);
        _wanted += amount;
        Serve();
        return request;
    }

    /// <summary>Gives back.</summary>
    public void Give(long amount)
    {
        Charged -= amount;
        Serve();
    }

    /// <summary>Ends a request: leaves the queue, or gives back what it was served.</summary>
    public void Cancel(RoomRequest request)
    {
        if (request.Place is { } place)
        {
            request.Place = null;
            _waiting.Remove(place);
            _wanted -= request.Amount;
            Serve();
        }
        else
        {
            Give(request.Amount);
        }
    }

    private void Serve()
    {
        while (_waiting.First is { Value: var first } && first.Amount <= capacity - Charged)
        {
            _waiting.RemoveFirst();
            _wanted -= first.Amount;
            Charged += first.Amount;
            first.Place = null;
            first.Served.TrySetResult();
        }
    }
}
