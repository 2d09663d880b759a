namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>What is told by the measured time of a model's runs.</summary>
internal static class QueueRule
{
    private static readonly TimeSpan ShortRun = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan LeastRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostRetry = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether a request may still be answered in time. All threads working for its model alone is the best that can happen, so who is refused here had no
    /// chance; and where nothing is ahead of it, it is not refused: or a model that was slow once would never be measured again.
    /// </summary>
    /// <param name="ahead">The requests of the model that go before it.</param>
    /// <param name="cost">What they take.</param>
    /// <param name="threads">The inference threads.</param>
    /// <param name="remaining">The time left to the request.</param>
    public static bool MayBeInTime(int ahead, RunCost cost, int threads, TimeSpan remaining) =>
        ahead == 0 || !cost.IsKnown || (cost.Item * ahead / threads) + cost.Run <= remaining;

    /// <summary>Whether a run is so short that to hand it to a thread of its own, and its result back, would take as long.</summary>
    /// <param name="cost">What runs of the model take.</param>
    /// <param name="rows">The rows that it has.</param>
    public static bool IsShort(RunCost cost, int rows) => cost.IsKnown && cost.Run <= ShortRun && cost.Row * rows <= ShortRun;

    /// <summary>When to come again: what waits for the model will have run by then, if those that wait for other models get their share meanwhile.</summary>
    /// <param name="waiting">The requests that wait for the model.</param>
    /// <param name="cost">What they take.</param>
    /// <param name="models">The models that requests wait for.</param>
    /// <param name="threads">The inference threads.</param>
    /// <param name="unknown">What is told where nothing was measured.</param>
    public static TimeSpan GetRetryAfter(int waiting, RunCost cost, int models, int threads, TimeSpan unknown)
    {
        if (!cost.IsKnown)
        {
            return unknown;
        }

        var drained = cost.Item * waiting * Math.Max(models, 1) / threads;
        return drained < LeastRetry ? LeastRetry : drained > MostRetry ? MostRetry : drained;
    }
}
