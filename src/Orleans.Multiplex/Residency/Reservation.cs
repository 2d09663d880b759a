namespace Orleans.Multiplex.Residency;

/// <summary>
/// A place for one model in a pool and a number of bytes, taken from the silo's quota. Taken before a model is loaded, given back once,
/// after its memory is free. A claim is a reservation too, made by an activation for the load that its first request will start.
/// </summary>
internal sealed class Reservation(SiloQuota quota, ModelPool pool)
{
    public ModelPool Pool => pool;

    /// <summary>The bytes charged. Changed by the quota only.</summary>
    public long Bytes { get; set; }

    /// <summary>The bytes charged of files that are mapped. Changed by the quota only.</summary>
    public long MappedBytes { get; set; }

    /// <summary>Both kinds.</summary>
    public ModelMemory Memory => new(Bytes, MappedBytes);

    /// <summary>Whether its room is on its way out. Changed by the quota only.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Whether a pin keeps the model. Changed by the quota only.</summary>
    public bool IsPinned { get; set; }

    /// <summary>Whether it was given back. Changed by the quota only.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Tells the quota that the room will come back, so that nobody else is evicted for it.</summary>
    public void BeginLeaving() => quota.BeginLeaving(this);

    /// <summary>Tells the quota that the room does not come back soon, so that those who wait get theirs elsewhere.</summary>
    public void StopLeaving() => quota.StopLeaving(this);

    /// <summary>Tells the quota whether a pin keeps the model.</summary>
    public void SetPinned(bool isPinned) => quota.SetPinned(this, isPinned);

    /// <summary>Gives the room back; a second time does nothing.</summary>
    public void Release() => quota.Release(this);
}
