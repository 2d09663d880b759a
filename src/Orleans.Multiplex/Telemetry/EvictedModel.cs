namespace Orleans.Multiplex.Telemetry;

/// <summary>Why and from what use a model was evicted.</summary>
/// <param name="Reason">Why.</param>
/// <param name="For">With <see cref="EvictionReason.Quota"/> the model that needed its room; empty where one that is resident turned out larger.</param>
/// <param name="Limit">With <see cref="EvictionReason.Quota"/> what was full, for people.</param>
/// <param name="WasInUse">Whether requests used it when it was closed to new ones.</param>
/// <param name="Age">The time since its last use, then.</param>
/// <param name="Bytes">What it was charged.</param>
internal readonly record struct EvictedModel(EvictionReason Reason, string? For, string? Limit, bool WasInUse, TimeSpan Age, long Bytes);
