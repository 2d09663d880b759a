namespace Orleans.Multiplex.Placement;

/// <summary>
/// Ages as silos compare them: in bands that double, so that small differences of clocks and of news do not matter and all directors
/// come to the same result.
/// </summary>
internal static class AgeBands
{
    /// <summary>Band 0 is below a second, 1 below two, 2 below four, and so on. No victim at all is the youngest: −1.</summary>
    public static int GetBand(TimeSpan? age) => age switch
    {
        null => -1,
        { TotalSeconds: < 1 } => 0,
        { TotalSeconds: var seconds } => 1 + (int)Math.Log2(seconds),
    };
}
