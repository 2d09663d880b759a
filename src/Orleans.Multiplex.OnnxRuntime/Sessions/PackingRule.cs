namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>
/// When it pays to pack a model that was opened unpacked. A single row runs as fast unpacked; a batch runs two to four times as long. So it is batches
/// that count, and single rows a little: who sends many will be batched with others.
/// </summary>
internal static class PackingRule
{
    private const int BatchRows = 4;
    private const int BatchWeight = 8;

    /// <summary>What the weights of runs have to come to.</summary>
    public const long Enough = 32;

    /// <summary>What a run counts.</summary>
    /// <param name="rows">Its rows.</param>
    public static long Weigh(long rows) => rows >= BatchRows ? BatchWeight : 1;
}
