namespace Orleans.Multiplex;

/// <summary>What kind of thing happened.</summary>
public enum ClusterEventKind
{
    /// <summary>A model was loaded.</summary>
    Loaded,

    /// <summary>A model could not be loaded.</summary>
    LoadFailed,

    /// <summary>A model was unloaded; the reason is one of <see cref="EvictionReason"/>.</summary>
    Evicted,

    /// <summary>Requests were refused that may be sent again later: too many, no room, no store, not loaded in their time.</summary>
    Refused,

    /// <summary>Requests failed in the model, or ran out of time.</summary>
    Failed,

    /// <summary>It was decided on which silo a model goes that no silo held.</summary>
    Placed,

    /// <summary>A silo has joined the cluster.</summary>
    SiloJoined,

    /// <summary>A silo is about to leave, and hands its models over.</summary>
    SiloDraining,

    /// <summary>A silo has left in good order.</summary>
    SiloLeft,

    /// <summary>A silo has died, or is taken for dead.</summary>
    SiloDied,

    /// <summary>Events of a silo are kept no longer that came after the ones last read; <see cref="ClusterEvent.Count"/> says how many.</summary>
    Missed,
}
