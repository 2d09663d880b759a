using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// The silo's LRU eviction service: when somebody waits for room, it takes the least recently used model that nobody uses, deactivates
/// its grain, disposes it, and only then gives its room back.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Victim: the least recently used resident whose gate can be closed with nobody inside; pinned ones are not in the order.</item>
/// <item>It leaves the ledger, so that a new request starts a new load; its room counts as leaving, so that nobody else goes for it.</item>
/// <item>When its gate is empty: its grain is told to let go, the model is disposed once, its room is given back.</item>
/// </list>
/// When all are in use and somebody has waited for <see cref="EvictionOptions.DrainPatience"/>, room that is claimed for loads which have
/// not come is given back; and where that is not enough, the least recently used model is closed to new requests although in use and goes when its last request has ended: otherwise two models that are never idle would share a
/// quota of one by starving each other. Where its requests do not end soon either, others go in its place.
/// </remarks>
internal sealed partial class EvictionService : IReclaimer, IDisposable
{
    /// <summary>The shortest time between two looks for a model to be closed while in use.</summary>
    private static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly SiloQuota _quota;
    private readonly ResidencyLedger _ledger;
    private readonly RoomClaims _claims;
    private readonly PinnedResidents _pinned;
    private readonly ThrashDetector _thrash;
    private readonly ModelUnloader _unloader;
    private readonly EvictionOptions _options;
    private readonly ILogger _logger;
    private readonly SharedWork _look;
    private readonly ITimer _patience;
    private bool _patienceRuns;

    public EvictionService(
        SiloQuota quota,
        ResidencyLedger ledger,
        RoomClaims claims,
        PinnedResidents pinned,
        ThrashDetector thrash,
        SiloTelemetry telemetry,
        EvictionOptions options,
        TimeProvider time,
        ILogger logger)
    {
        _quota = quota;
        _ledger = ledger;
        _claims = claims;
        _pinned = pinned;
        _thrash = thrash;
        _unloader = new ModelUnloader(ledger, thrash, telemetry, Reclaim, time, logger);
        _look = new SharedWork(Reclaim);
        _options = options;
        _logger = logger;
        _patience = time.CreateTimer(static state => ((EvictionService)state!).DrainOne(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        quota.ConnectReclaimer(this);
        pinned.Pins.Changed += SortAll;
        foreach (var pool in quota.Pools)
        {
            pool.OnIdle = ReclaimWhenAwaited;
            pool.OnHeld = Sort;
        }
    }

    /// <inheritdoc/>
    public void Reclaim()
    {
        List<Victim> victims;
        lock (_lock)
        {
            victims = TakeVictims_NeedsLock(_quota.FindShortages, static resident => resident.Gate.TryCloseIdle(), out var isShort);
            if (isShort)
            {
                AwaitPatience_NeedsLock();
            }
        }

        Unload(victims, EvictionReason.Quota);
    }

    /// <summary>Evicts idle models for one who does not wait in line.</summary>
    /// <param name="findShortages">What is short for it.</param>
    /// <param name="mayGo">Which models may go for it.</param>
    public void EvictFor(Func<IReadOnlyList<Shortage>> findShortages, Func<Resident, bool> mayGo)
    {
        List<Victim> victims;
        lock (_lock)
        {
            victims = TakeVictims_NeedsLock(findShortages, resident => mayGo(resident) && resident.Gate.TryCloseIdle(), out _);
        }

        Unload(victims, EvictionReason.Quota);
    }

    /// <summary>A model has become ready: from now on it may be evicted, unless a pin keeps it.</summary>
    public void Add(Resident resident)
    {
        bool isAsItAsks;
        lock (_lock)
        {
            isAsItAsks = _pinned.Add(resident);
        }

        if (!isAsItAsks)
        {
            LogNotPinned(resident.Name);
        }

        _thrash.OnLoaded(resident.Key);
        ReclaimWhenAwaited();
    }

    /// <summary>
    /// The age of the model that a pool would evict next; null when it has none. A model in use is used now, however long ago that use
    /// began.
    /// </summary>
    public TimeSpan? GetVictimAge(ModelPool pool)
    {
        lock (_lock)
        {
            return pool.Lru.Peek() is { } next ? next.Gate.Users > 0 ? TimeSpan.Zero : next.Age : null;
        }
    }

    /// <summary>The model that a pool would evict next; null when it has none.</summary>
    public Resident? FindNextVictim(ModelPool pool)
    {
        lock (_lock)
        {
            return pool.Lru.Peek();
        }
    }

    /// <summary>
    /// Unloads a model: it takes no new requests from now on, and goes when the last one that uses it has ended. A load under way is
    /// ended. Completes when its memory is free.
    /// </summary>
    public async Task EvictAsync(Resident resident, EvictionReason reason)
    {
        resident.StopLoad();
        if (resident.State.IsLoading())
        {
            await resident.WhenLoaded;
        }

        // False when the load failed, or when somebody else is unloading the model.
        if (TryClose(resident))
        {
            _ = _unloader.UnloadAsync(new Victim(resident, null), reason);
        }

        await resident.WhenGone;
    }

    /// <summary>Unloads the models that nobody has used for a time. One that is in use just now is passed over.</summary>
    public void EvictIdle(TimeSpan age)
    {
        List<Victim> victims = [];
        lock (_lock)
        {
            foreach (var pool in _quota.Pools)
            {
                while (pool.Lru.Peek() is { } next && next.Age >= age
                    && LruEvictionPolicy.TakeVictim(
                        [pool], resident => resident.Age >= age && resident.Gate.TryCloseIdle() && BeginLeaving_NeedsLock(resident)) is { } victim)
                {
                    victims.Add(new Victim(victim, null));
                }
            }
        }

        Unload(victims, EvictionReason.Idle);
    }

    public void Dispose()
    {
        _pinned.Pins.Changed -= SortAll;
        _patience.Dispose();
    }

    private List<Victim> TakeVictims_NeedsLock(Func<IReadOnlyList<Shortage>> find, Func<Resident, bool> close, out bool isShort)
    {
        List<Victim> victims = [];
        var shortages = find();
        while (TakeVictim_NeedsLock(shortages, close) is { } victim)
        {
            victims.Add(victim);
            shortages = find();
        }

        isShort = shortages.Count > 0;
        return victims;
    }

    private Victim? TakeVictim_NeedsLock(IReadOnlyList<Shortage> shortages, Func<Resident, bool> close) =>
        LruEvictionPolicy.TakeVictim(shortages, resident => close(resident) && BeginLeaving_NeedsLock(resident));

    private void Unload(List<Victim> victims, EvictionReason reason) => victims.ForEach(victim => _ = _unloader.UnloadAsync(victim, reason));

    private bool TryClose(Resident resident)
    {
        lock (_lock)
        {
            if (!BeginLeaving_NeedsLock(resident))
            {
                return false;
            }

            resident.Gate.Close();
            return true;
        }
    }

    // Under the lock, so that who looks for a victim sees the room of this one as leaving, or the model as ready, and never neither.
    private bool BeginLeaving_NeedsLock(Resident resident)
    {
        if (!resident.TryBeginDraining())
        {
            return false;
        }

        // What is being made of it beside its runs is not waited for.
        resident.StopLoad();
        _pinned.Remove(resident);
        resident.Reservation!.BeginLeaving();
        _ledger.BeginLeaving(resident);
        return true;
    }

    private void AwaitPatience_NeedsLock()
    {
        if (!_patienceRuns)
        {
            _patienceRuns = true;
            _patience.Change(_options.DrainPatience > LeastPatience ? _options.DrainPatience : LeastPatience, Timeout.InfiniteTimeSpan);
        }
    }

    private void DrainOne()
    {
        _claims.ReleaseOlderThan(_options.DrainPatience);
        Victim? taken;
        lock (_lock)
        {
            _patienceRuns = false;
            taken = TakeVictim_NeedsLock(_quota.FindShortages(), static _ => true);
            taken?.Resident.Gate.Close();
            if (taken is null && _quota.FindShortages().Count > 0)
            {
                AwaitPatience_NeedsLock();
            }
        }

        if (taken is { } victim)
        {
            LogDraining(victim.Resident.Name, victim.Resident.Gate.Users);
            _ = _unloader.UnloadAsync(victim, EvictionReason.Quota);
            Reclaim();
        }
    }

    private void ReclaimWhenAwaited()
    {
        if (_quota.HasWaiting)
        {
            _look.Request();
        }
    }
}
