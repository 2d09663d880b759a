using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>
/// A copy of a model on this silo: a resident that answers without an activation of the model's grain, which is on another silo. It is prey like any other, and is under
/// no pin: the model itself is. Newer versions take its place as they do a model's.
/// </summary>
internal sealed class ModelCopy(CopyList list, IModelOpener opener, ModelCopies copies, TimeProvider time) : IModelTie, IVersionHolder
{
    /// <summary>Within this time the silo is heard of that has the model's grain.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private volatile Resident? _resident;
    private volatile CopyList _list = list;
    private long _heardAt = time.GetTimestamp();
    private int _isOffered;

    /// <inheritdoc cref="IModelTie.Model"/>
    public string Model { get; } = list.Model;

    /// <inheritdoc cref="IModelTie.Key"/>
    public ModelKey? Key { get; } = ModelKey.Parse(list.Model);

    /// <inheritdoc/>
    public IModelOpener Opener => opener;

    bool IResidentHolder.IsCopy => true;

    /// <inheritdoc/>
    public long? FoundVersion => _resident?.Key.Version;

    /// <summary>The model; null when it has gone.</summary>
    public Resident? Resident => _resident;

    /// <summary>All silos that have the model, as the first of them told.</summary>
    public CopyList List => _list;

    /// <summary>The time since the silo was heard that has the model's grain.</summary>
    public TimeSpan Unheard => time.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>The silo that has the model's grain tells where the model is.</summary>
    public void Hear(CopyList now)
    {
        _list = now;
        Volatile.Write(ref _heardAt, time.GetTimestamp());
    }

    /// <summary>The model's grain may be looked for here from now on; false when it may already.</summary>
    public bool TryOffer() => Interlocked.Exchange(ref _isOffered, 1) == 0;

    /// <summary>It may no longer; false when it might not.</summary>
    public bool TryWithdraw() => Interlocked.Exchange(ref _isOffered, 0) == 1;

    /// <summary>Holds the resident; false when it goes.</summary>
    public bool TryHold(Resident resident)
    {
        lock (_lock)
        {
            _resident = resident;
        }

        AddTo(resident);

        // Whoever closes it tells its holders afterwards.
        return !resident.Gate.IsClosed;
    }

    /// <summary>Holds it no longer. Returns what it held.</summary>
    public Resident? LetGo()
    {
        Resident? resident;
        lock (_lock)
        {
            (resident, _resident) = (_resident, null);
        }

        resident?.RemoveHolder(this);
        return resident;
    }

    /// <inheritdoc/>
    public ValueTask<ModelLease> AcquireAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        for (Resident? resident = _resident, tried = null; resident is not null && !ReferenceEquals(resident, tried); tried = resident, resident = _resident)
        {
            if (resident.TryUse())
            {
                return new(new ModelLease(resident, TimeSpan.Zero, isCold: false));
            }
        }

        throw new ModelUnloadedException(Model);
    }

    /// <inheritdoc/>
    public bool TryAcquireWarm(out ModelLease lease) => ModelLease.TryTakeWarm(_resident, out lease);

    public void OnSuperseded(Resident resident, Resident successor)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_resident, resident))
            {
                return;
            }

            _resident = successor;
        }

        AddTo(successor);
        resident.RemoveHolder(this);
    }

    public void OnUnloading(Resident resident)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_resident, resident))
            {
                return;
            }

            _resident = null;
        }

        copies.Remove(this);
    }

    // Whoever has had it let go meanwhile did not find it there.
    private void AddTo(Resident resident)
    {
        resident.AddHolder(this);
        if (!ReferenceEquals(_resident, resident))
        {
            resident.RemoveHolder(this);
        }
    }
}
