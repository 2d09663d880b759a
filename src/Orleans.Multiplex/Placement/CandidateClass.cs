namespace Orleans.Multiplex.Placement;

/// <summary>How well a silo is suited for a model, best first.</summary>
internal enum CandidateClass
{
    /// <summary>The model is there, and only its grain is not.</summary>
    HoldsModel,

    /// <summary>The model fits without an eviction.</summary>
    HasRoom,

    /// <summary>Nothing is known of the silo yet.</summary>
    Unknown,

    /// <summary>Another model has to go for it.</summary>
    Full,

    /// <summary>What is pinned there leaves no room for it.</summary>
    Pinned,

    /// <summary>The model is larger than all that the silo may hold.</summary>
    TooSmall,

    /// <summary>The silo is about to leave.</summary>
    Draining,
}
