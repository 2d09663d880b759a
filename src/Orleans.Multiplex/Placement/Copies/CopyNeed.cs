namespace Orleans.Multiplex.Placement.Copies;

/// <summary>What a model's copies look like at one moment.</summary>
internal enum CopyNeed
{
    /// <summary>There are as many as are needed.</summary>
    Enough,

    /// <summary>There are fewer than there must be.</summary>
    Missing,

    /// <summary>Its requests wait, or all silos that have it are busy.</summary>
    More,

    /// <summary>One fewer would do.</summary>
    Fewer,

    /// <summary>There are more than there may be.</summary>
    Surplus,
}
