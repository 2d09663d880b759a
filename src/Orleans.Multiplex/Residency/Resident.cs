using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// One model version on this silo, from the first request for it until its memory is free again. The ledger finds it, the loader
/// brings it to Ready, leases use it, the eviction service takes it away.
/// </summary>
/// <remarks>
/// The request path touches only the gate and the marks of use, without a lock. State changes are made under the resident's lock, by
/// one party at a time: the loader until Ready or Failed, then whoever moves it to Draining, which succeeds once.
/// </remarks>
#pragma warning disable CA1001 // The token source has no timer and no handle: nothing to dispose, and it may be cancelled at any time.
internal sealed class Resident(ResidentKey key, string name, ModelPool pool, UseClock clock)
#pragma warning restore CA1001
{
    private readonly Lock _lock = new();

    // Who waits goes on in the order in which it came; told to run asynchronously, the last one would be the first. Grains go on as turns of
    // their own, and the others hold no lock that is held where this is set.
    private readonly TaskCompletionSource<LoadOutcome> _loaded = new();

    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _loadStopped = new();
    private readonly long _createdAt = clock.Time.GetTimestamp();
    private ImmutableArray<IResidentHolder> _holders = [];
    private LoadOutcome? _outcome;
    private volatile ResidentState _state;
    private readonly UseMarks _use = new(clock);

    public ResidentKey Key => key;

    /// <summary>The model's name in logs and messages: its id, with the version where the model has several.</summary>
    public string Name => name;

    public ModelPool Pool => pool;

    /// <summary>What the version says of itself. Set by the loader, before Ready.</summary>
    public ModelSettings Settings { get; set; } = ModelSettings.None;

    /// <summary>Whether a pin keeps it. Set by the eviction service, under its lock.</summary>
    public bool IsPinned { get; set; }

    /// <summary>Whether its own settings are such a pin. Set by the eviction service when it has become ready.</summary>
    public bool IsPinnedByFile { get; set; }

    /// <summary>Whether it stands in the order of eviction. Set by that order.</summary>
    public bool IsInOrder { get; set; }

    /// <summary>What its requests are measured by. Set by the loader, before Ready.</summary>
    public Telemetry.Metrics.ModelSeries Series { get; set; } = new(key.Pool, key.ModelId);

    public LeaseGate Gate { get; } = new();

    /// <summary>The one beside which this one is loaded, to take its place; null for one that was asked for, and when it has.</summary>
    public Resident? Predecessor { get; set; }

    /// <summary>How it compares with what the store has.</summary>
    public StoreTie Store { get; } = new();

    /// <summary>The loaded model; null before Ready.</summary>
    public object? Model { get; private set; }

    /// <summary>The room charged for it; null before it was reserved. Released after the model is disposed.</summary>
    public Reservation? Reservation { get; set; }

    /// <summary>Lets its first run go ahead; null before Ready, and for a model whose class vouches for it.</summary>
    public FirstRun? FirstRun { get; set; }

    /// <summary>How far the fetch of its files is; null before it, and for a model whose files are here.</summary>
    public FetchProgress? Fetch { get; set; }

    /// <summary>The span of the load, to which who waits for it links; null where it is not recorded. Set by the loader.</summary>
    public Activity? LoadSpan { get; set; }

    /// <summary>Completes, never with an exception, when the load has ended.</summary>
    public Task<LoadOutcome> WhenLoaded => _loaded.Task;

    /// <summary>Completes when the model has been unloaded, or its failed load has been undone, and its room is free.</summary>
    public Task WhenGone => _gone.Task;

    /// <summary>Cancelled when the load is to end early: by an unload or by the silo's stop, never by a caller.</summary>
    public CancellationToken LoadStopped => _loadStopped.Token;

    public ResidentState State => _state;

    /// <summary>The place in the order of uses; grows with each use.</summary>
    public UseOrder LastUse => _use.Last;

    public TimeSpan Age => _use.Age;

    public long Hits => _use.Hits;

    public TimeSpan? LoadTime { get; private set; }

    /// <summary>The time since the load was asked for.</summary>
    public TimeSpan Elapsed => clock.Time.GetElapsedTime(_createdAt);

    public ResidentModel Report() => ResidentReport.Of(this);

    /// <summary>The version that is to take its place, for a report; null when there is none.</summary>
    public NewerVersionReport? ReportNewer() => Store.Newer?.Report(clock.Time);

    /// <summary>Marks a use: now the model is the most recently used one.</summary>
    public void Touch() => _use.Touch();

    public void CountHit() => _use.CountHit();

    /// <summary>Counts as used when the other one was: taking its place is no use.</summary>
    public void InheritUse(Resident other) => _use.Inherit(other._use);

    /// <summary>Counts as used so long ago, on the silo that it comes from, unless it has been used here.</summary>
    public void CountAsUsed(TimeSpan age, IEnumerable<Resident> others) =>
        _use.SetBack(age, others.Where(other => other != this && other.Age >= age).Select(static other => other.LastUse.Number).DefaultIfEmpty().Max());

    /// <summary>Enters for a request that finds it ready; false when it is not, or takes no more.</summary>
    public bool TryUse()
    {
        if (State != ResidentState.Ready || !Gate.TryEnter())
        {
            return false;
        }

        Touch();
        CountHit();
        return true;
    }

    /// <summary>Leaves the gate.</summary>
    public void Leave()
    {
        if (Gate.Leave())
        {
            pool.OnIdle();
        }
    }

    /// <summary>Moves to the next state.</summary>
    /// <exception cref="InvalidOperationException">The move is not legal.</exception>
    public void MoveTo(ResidentState next)
    {
        lock (_lock)
        {
            MoveTo_NeedsLock(next);
        }
    }

    /// <summary>Ends the load well: the model answers from now on.</summary>
    public void CompleteLoad(object model)
    {
        lock (_lock)
        {
            Model = model;
            LoadTime = Elapsed;
            MoveTo_NeedsLock(ResidentState.Ready);
        }

        TellHolders(LoadOutcome.Loaded);
        TellWaiters(LoadOutcome.Loaded);
    }

    /// <summary>Tells the holders how the load ended; those to come learn it as they come.</summary>
    public void TellHolders(LoadOutcome outcome)
    {
        ImmutableArray<IResidentHolder> holders;
        lock (_lock)
        {
            _outcome = outcome;
            holders = _holders;
        }

        foreach (var holder in holders)
        {
            holder.OnLoadEnded(this, outcome);
        }
    }

    /// <summary>
    /// Ends the load badly. The holders must know before and the resident must then have left the ledger, so that the next request either
    /// is told of the failure or starts anew.
    /// </summary>
    public void FailLoad(LoadOutcome outcome)
    {
        MoveTo(ResidentState.Failed);
        Gate.Close();
        TellWaiters(outcome);
    }

    /// <summary>Everything that it held, or its failed load did, is given back.</summary>
    public void End() => _gone.TrySetResult();

    /// <summary>Ends a load that is under way as soon as it heeds its token; its waiters get a <see cref="ModelUnloadedException"/>.</summary>
    public void StopLoad() => _ = _loadStopped.CancelAsync();

    /// <summary>Moves from Ready to Draining; true for the one caller that made the move and must now unload the model.</summary>
    public bool TryBeginDraining()
    {
        lock (_lock)
        {
            if (_state != ResidentState.Ready)
            {
                return false;
            }

            MoveTo_NeedsLock(ResidentState.Draining);
            return true;
        }
    }

    /// <summary>Adds a holder. Returns how the load ended, of which the holder is not told then; null when it goes on.</summary>
    public LoadOutcome? AddHolder(IResidentHolder holder)
    {
        LoadOutcome? outcome;
        lock (_lock)
        {
            if (!_holders.Contains(holder))
            {
                _holders = _holders.Add(holder);
            }

            outcome = _outcome;
        }

        pool.OnHeld(this);
        return outcome;
    }

    public void RemoveHolder(IResidentHolder holder)
    {
        lock (_lock)
        {
            _holders = _holders.Remove(holder);
        }

        pool.OnHeld(this);
    }

    /// <summary>Who holds it.</summary>
    public ImmutableArray<IResidentHolder> Holders
    {
        get
        {
            lock (_lock)
            {
                return _holders;
            }
        }
    }

    /// <summary>Lets every holder know that the resident goes.</summary>
    public void LetGo()
    {
        ImmutableArray<IResidentHolder> holders;
        lock (_lock)
        {
            (holders, _holders) = (_holders, []);
        }

        foreach (var holder in holders)
        {
            holder.OnUnloading(this);
        }
    }

    /// <summary>Takes the model out, to be disposed by the caller: nobody can reach it here afterwards.</summary>
    public object? TakeModel()
    {
        lock (_lock)
        {
            (var model, Model) = (Model, null);
            return model;
        }
    }

    // On a thread of its own and one after the other, so that those who waited go on in the order in which they came: asynchronous
    // continuations would start in any order.
    private void TellWaiters(LoadOutcome outcome) =>
        ThreadPool.UnsafeQueueUserWorkItem(static told => told._loaded.TrySetResult(told.outcome), (_loaded, outcome), preferLocal: false);

    private void MoveTo_NeedsLock(ResidentState next)
    {
        if (!ResidentTransitions.IsLegal(_state, next))
        {
            throw new InvalidOperationException($"Model '{name}' cannot go from {_state} to {next}.");
        }

        _state = next;
    }
}
