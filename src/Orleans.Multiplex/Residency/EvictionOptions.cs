namespace Orleans.Multiplex.Residency;

/// <summary>How the eviction service behaves.</summary>
internal sealed record EvictionOptions
{
    /// <summary>How long somebody waits for room before a model that is in use is closed to new requests.</summary>
    public required TimeSpan DrainPatience { get; init; }
}
