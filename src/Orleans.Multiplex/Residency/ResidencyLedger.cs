namespace Orleans.Multiplex.Residency;

/// <summary>
/// The silo's truth on which models are here: one resident for each model version, whoever needs it first. A grain's activation only
/// attaches to it; a resident without one is ordinary prey of the eviction service.
/// </summary>
/// <remarks>
/// Beside a resident there may be a successor that is being loaded to take its place: reported, but entered by nobody before that
/// (<see cref="TryInstall"/>). It ends with the one that it was to succeed. Who asks for its own version by name makes it a resident
/// like any other where it has its room already, and else has that version loaded as usual, so that it is not opened twice.
/// </remarks>
internal sealed class ResidencyLedger(UseClock clock)
{
    private readonly Lock _lock = new();
    private readonly ResidentTable _residents = new();
    private readonly Dictionary<ResidentKey, Resident> _successors = [];
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
        Resident? redundant;
        Resident resident;
        lock (_lock)
        {
            isNew = false;
            if (_residents.Find(key) is { } found && found.Gate.TryEnter())
            {
                return found;
            }

            if (_successors.Remove(key, out redundant))
            {
                if (redundant.State is ResidentState.Opening or ResidentState.Ready && redundant.Gate.TryEnter())
                {
                    redundant.Predecessor = null;
                    _residents.Set(redundant);
                    return redundant;
                }

                _leaving.Add(redundant);
            }

            isNew = true;
            resident = new Resident(key, name, pool, clock);
            resident.Gate.TryEnter();
            _residents.Set(resident);
        }

        redundant?.StopLoad();
        return resident;
    }

    /// <summary>The one to take the place of a resident, entered: a new one, or the resident of its version where that is here already.</summary>
    /// <param name="old">The resident.</param>
    /// <param name="key">The model version of the successor.</param>
    /// <param name="name">Its name in logs and messages.</param>
    /// <param name="isNew">Whether it was made by this call, which then has to start its load.</param>
    /// <returns>Null when the resident leaves, or another successor of that version is on its way.</returns>
    public Resident? EnterSuccessor(Resident old, ResidentKey key, string name, out bool isNew)
    {
        lock (_lock)
        {
            isNew = false;
            if (!IsHere_NeedsLock(old) || _successors.ContainsKey(key))
            {
                return null;
            }

            if (key != old.Key && _residents.Find(key) is { } there && there.Gate.TryEnter())
            {
                return there;
            }

            isNew = true;
            var successor = new Resident(key, name, old.Pool, clock) { Predecessor = old };
            successor.Gate.TryEnter();
            return _successors[key] = successor;
        }
    }

    /// <summary>From now on the successor, which is ready, is what requests find.</summary>
    /// <returns>False when it must not be: the resident that it was to succeed has been closed, or it has itself.</returns>
    public bool TryInstall(Resident successor, Resident old)
    {
        lock (_lock)
        {
            if (IsHere_NeedsLock(successor))
            {
                return true;
            }

            if (!IsHere_NeedsLock(old) || !RemoveSuccessor_NeedsLock(successor))
            {
                return false;
            }

            successor.Predecessor = null;
            _residents.Set(successor);
            if (old.Key == successor.Key)
            {
                _leaving.Add(old);
            }

            return true;
        }
    }

    /// <summary>Whether the model is here or being loaded, and not on its way out.</summary>
    public bool Contains(ResidentKey key)
    {
        lock (_lock)
        {
            return _residents.Find(key) is { Gate.IsClosed: false };
        }
    }

    /// <summary>The resident that a key is about, here or being loaded, and not on its way out: of the newest version, where the model is of the store and the key names none.</summary>
    /// <remarks>What others hold by their names alone, as an older version, is not what the key is about.</remarks>
    public Resident? Find(string pool, ModelKey key)
    {
        Resident[] versions;
        lock (_lock)
        {
            if (key.Version is not null || pool != ModelPool.OfStore)
            {
                return _residents.Find(new ResidentKey(pool, key.Id, key.Version ?? 0)) is { Gate.IsClosed: false } resident ? resident : null;
            }

            versions = [.. _residents.Find(pool, key.Id)];
        }

        return versions.Where(one => !one.Gate.IsClosed && one.IsFor(key.Id)).MaxBy(static one => one.Key.Version);
    }

    /// <summary>The resident takes no more requests; it is reported until it is removed. What was to succeed it ends.</summary>
    public void BeginLeaving(Resident resident)
    {
        List<Resident>? orphans;
        lock (_lock)
        {
            _residents.Remove(resident);
            RemoveSuccessor_NeedsLock(resident);
            _leaving.Add(resident);
            orphans = _successors.Count == 0 ? null : [.. _successors.Values.Where(successor => ReferenceEquals(successor.Predecessor, resident))];
        }

        orphans?.ForEach(static orphan => orphan.StopLoad());
    }

    /// <summary>Why models that were here are not here any more.</summary>
    public Departures Departures { get; } = new(clock.Time);

    /// <summary>The resident is gone, or its load failed.</summary>
    /// <param name="resident">The resident.</param>
    /// <param name="reason">Why.</param>
    public void Remove(Resident resident, string reason)
    {
        lock (_lock)
        {
            _residents.Remove(resident);
            RemoveSuccessor_NeedsLock(resident);
            _leaving.Remove(resident);
            if (_residents.Find(resident.Key) is null)
            {
                Departures.Add(resident.Key, reason);
            }
        }
    }

    /// <summary>All residents at this moment, those on their way out too.</summary>
    public IReadOnlyList<Resident> Snapshot()
    {
        lock (_lock)
        {
            return [.. _residents, .. _successors.Values, .. _leaving];
        }
    }

    private bool IsHere_NeedsLock(Resident resident) =>
        ReferenceEquals(_residents.Find(resident.Key), resident) && !resident.Gate.IsClosed;

    private bool RemoveSuccessor_NeedsLock(Resident resident) =>
        _successors.TryGetValue(resident.Key, out var there) && ReferenceEquals(there, resident) && _successors.Remove(resident.Key);
}
