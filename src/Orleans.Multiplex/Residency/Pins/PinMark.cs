namespace Orleans.Multiplex.Residency.Pins;

/// <summary>The last word on a model.</summary>
/// <param name="Stamp">Grows with each word.</param>
/// <param name="IsPinned">Whether it is pinned.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PinMark")]
internal readonly record struct PinMark(long Stamp, bool IsPinned)
{
    /// <summary>Whether this is the later word. Of two that were said at once a pin counts: it takes nothing away.</summary>
    public bool IsAfter(PinMark other) => Stamp > other.Stamp || (Stamp == other.Stamp && IsPinned && !other.IsPinned);
}
