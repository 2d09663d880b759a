namespace Orleans.Multiplex.LoadGenerator;

/// <summary>Times in milliseconds; all zero where there were none.</summary>
public sealed record LatencySummary
{
    /// <summary>How many there are.</summary>
    public long Count { get; init; }

    /// <summary>The mean.</summary>
    public double Mean { get; init; }

    /// <summary>The median.</summary>
    public double P50 { get; init; }

    /// <summary>Nine of ten are at most this.</summary>
    public double P90 { get; init; }

    /// <summary>99 of 100.</summary>
    public double P99 { get; init; }

    /// <summary>999 of 1000.</summary>
    public double P999 { get; init; }

    /// <summary>The longest.</summary>
    public double Max { get; init; }
}
