namespace Orleans.Multiplex;

/// <summary>Why a model was unloaded.</summary>
public enum EvictionReason
{
    /// <summary>Another model needed its room, and it was the one that nobody had asked for longest.</summary>
    Quota,

    /// <summary>Nobody asked for it for the time set as <c>Multiplex:IdleUnload</c>.</summary>
    Idle,

    /// <summary>A newer version took its place.</summary>
    Superseded,

    /// <summary>An operator unloaded it.</summary>
    Operator,

    /// <summary>Its silo stopped.</summary>
    Shutdown,

    /// <summary>It was handed over to another silo, where it is now.</summary>
    Moved,

    /// <summary>It was a copy of a model that needs fewer of them now.</summary>
    Cooled,
}
