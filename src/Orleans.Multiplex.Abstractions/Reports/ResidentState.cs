namespace Orleans.Multiplex;

/// <summary>The stages in the life of a model on a silo.</summary>
public enum ResidentState
{
    /// <summary>Waits for its turn to be loaded.</summary>
    Queued,

    /// <summary>Its files are brought to the silo.</summary>
    Fetching,

    /// <summary>Is tried in another process, before this one opens it.</summary>
    Checking,

    /// <summary>Waits for room under the silo's quota.</summary>
    Reserving,

    /// <summary>Is opened, in the room reserved for it.</summary>
    Opening,

    /// <summary>Answers requests.</summary>
    Ready,

    /// <summary>Takes no new requests; those that run go on to their end.</summary>
    Draining,

    /// <summary>Is being disposed; its room is not free yet.</summary>
    Unloading,

    /// <summary>Has left; its room is free.</summary>
    Gone,

    /// <summary>Could not be loaded; holds no room.</summary>
    Failed,
}
