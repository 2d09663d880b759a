namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>
/// The legal moves of a job between the states of its turn, and when it gives the turn away:
/// <code>
/// Waiting → Held → Aside → Ended
/// Waiting → Ended, Held → Ended
/// </code>
/// Held is one job at most, and Aside is one too: so there are never more than two processes, and the memory of two jobs.
/// </summary>
internal static class TurnRule
{
    /// <summary>How long a check keeps others waiting.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static bool IsLegal(TurnState from, TurnState to) => (from, to) switch
    {
        (TurnState.Waiting, TurnState.Held) => true,
        (TurnState.Held, TurnState.Aside) => true,
        (not TurnState.Ended, TurnState.Ended) => true,
        _ => false,
    };

    /// <summary>Whether a job gives its turn away. Preparations need not: they end for a check.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="elapsed">How long ago it began.</param>
    /// <param name="isOneAside">Whether another one has given its turn away, and has not ended.</param>
    /// <param name="waits">Whether a check waits for the turn.</param>
    public static bool StepsAside(JobKind kind, TimeSpan elapsed, bool isOneAside, bool waits) =>
        kind == JobKind.Check && waits && !isOneAside && elapsed >= Patience;
}
