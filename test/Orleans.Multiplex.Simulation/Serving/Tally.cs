namespace Orleans.Multiplex.Simulation.Serving;

/// <summary>What came of the requests that count.</summary>
/// <param name="Requests">How many there were.</param>
/// <param name="Hits">Those that found their model loaded.</param>
/// <param name="Loads">The loads begun meanwhile.</param>
internal sealed record Tally(long Requests, long Hits, long Loads)
{
    public double HitRatio => (double)Hits / Requests;

    public double LoadsPerThousand => 1000.0 * Loads / Requests;
}
