namespace Orleans.Multiplex.Residency;

/// <summary>
/// The silo's truth on which models are here: one resident for each model version, whoever needs it first. A grain's activation only
/// attaches to it; a resident without one is ordinary prey of the eviction service.
/// </summary>
internal sealed class ResidencyLedger(UseClock clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ResidentKey, Resident> _residents = [];
    private readonly HashSet<Resident> _leaving = [];

    /// <summary>
    /// The resident of a model, entered: the caller holds a place at its gate, from before its load can end, and must leave it. So what
    /// was loaded for a request cannot be evicted before the request has used it.
    /// </summary>
    /// <param name="key">The model version.</param>
    /// <param name="name">Its name in logs and messages.</param>
    /// <param name="pool">Its pool.</param>
    /// <param name="isNew">Whether the resident was made by this call, which then has to start its load.</param>
    public Resident Enter(ResidentKey key, string name, ModelPool pool, out bool isNew)
    {
        lock (_lock)
        {
            if (_residents.TryGetValue(key, out var found) && found.Gate.TryEnter())
            {
                isNew = false;
                return found;
            }

            var resident = new Resident(key, name, pool, clock);
            resident.Gate.TryEnter();
            _residents[key] = resident;
            isNew = true;
            return resident;
        }
    }

    /// <summary>Whether the model is here or being loaded, and not on its way out.</summary>
    public bool Contains(ResidentKey key)
    {
        lock (_lock)
        {
            return _residents.TryGetValue(key, out var resident) && !resident.Gate.IsClosed;
        }
    }

    /// <summary>The resident takes no more requests; it is reported until it is removed.</summary>
    public void BeginLeaving(Resident resident)
    {
        lock (_lock)
        {
            RemoveIfCurrent_NeedsLock(resident);
            _leaving.Add(resident);
        }
    }

    /// <summary>Why models that were here are not here any more.</summary>
    public Departures Departures { get; } = new(clock.Time);

    /// <summary>The resident is gone, or its load failed.</summary>
    /// <param name="resident">The resident.</param>
    /// <param name="reason">Why.</param>
    public void Remove(Resident resident, string reason)
    {
        Departures.Add(resident.Key, reason);
        lock (_lock)
        {
            RemoveIfCurrent_NeedsLock(resident);
            _leaving.Remove(resident);
        }
    }

    /// <summary>All residents at this moment, those on their way out too.</summary>
    public IReadOnlyList<Resident> Snapshot()
    {
        lock (_lock)
        {
            return [.. _residents.Values, .. _leaving];
        }
    }

    private void RemoveIfCurrent_NeedsLock(Resident resident)
    {
        if (_residents.TryGetValue(resident.Key, out var current) && ReferenceEquals(current, resident))
        {
            _residents.Remove(resident.Key);
        }
    }
}
