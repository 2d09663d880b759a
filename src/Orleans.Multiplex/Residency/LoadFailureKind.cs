namespace Orleans.Multiplex.Residency;

/// <summary>What kind of failure ended a load; decides the error's type and how long it is remembered.</summary>
internal enum LoadFailureKind
{
    /// <summary>The key is no model id.</summary>
    InvalidId,

    /// <summary>The store has no such model or version.</summary>
    NotFound,

    /// <summary>The store does not answer or refuses.</summary>
    StoreUnavailable,

    /// <summary>The model's file is broken or refused, its loader threw, or the load took too long.</summary>
    Broken,

    /// <summary>A silo ended while it was opening the version: none opens it until it is another one, or cleared.</summary>
    Quarantined,

    /// <summary>The model needs more bytes than the silo's whole quota.</summary>
    TooLarge,

    /// <summary>No room within the time for waiting.</summary>
    NoRoom,

    /// <summary>No room on the disk for its files.</summary>
    NoDisk,

    /// <summary>Too many loads wait for room already.</summary>
    Overloaded,

    /// <summary>The load was ended by an unload or by the silo's stop.</summary>
    Unloaded,
}
