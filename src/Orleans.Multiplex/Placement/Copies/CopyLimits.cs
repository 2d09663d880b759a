namespace Orleans.Multiplex.Placement.Copies;

/// <summary>How many copies a model may have.</summary>
/// <param name="Min">The fewest while it is resident at all; from 1.</param>
/// <param name="Max">The most; at least as many.</param>
internal readonly record struct CopyLimits(int Min, int Max)
{
    /// <summary>One, or as many as there are silos.</summary>
    public static CopyLimits Default { get; } = new(1, int.MaxValue);
}
