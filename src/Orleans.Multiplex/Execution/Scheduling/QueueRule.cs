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
    /// <param name="together">How many may go in one run.</param>
    /// <param name="cost">What they take.</param>
    /// <param name="threads">The inference threads.</param>
    /// <param name="remaining">The time left to the request.</param>
    public static bool MayBeInTime(int ahead, int together, RunCost cost, int threads, TimeSpan remaining)
    {
        if (ahead == 0 || !cost.IsCertain)
        {
            return true;
        }

        // Few go together as long as few come; what they take then says little of what they take in a crowd.
        var oneByOne = cost.Item * ahead;
        var inCrowds = cost.Run * Math.Ceiling((double)ahead / together);
        return ((oneByOne < inCrowds ? oneByOne : inCrowds) / threads) + cost.Run <= remaining;
    }

    /// <summary>How long a run waits for company: not past its time.</summary>
    public static TimeSpan GetDelay(ScheduledRun run, RunCost cost)
    {
        var most = run.Kind?.MaxDelay ?? TimeSpan.Zero;
        var left = run.Remaining - cost.Run;
        return most < left ? most : left;
    }

    /// <summary>Whether a run is so short that to hand it to a thread of its own, and its result back, would take as long.</summary>
    /// <param name="cost">What runs of the model take.</param>
    /// <param name="bytes">The bytes of its inputs.</param>
    public static bool IsShort(RunCost cost, long bytes) => cost.IsKnown && cost.Run <= ShortRun && cost.SecondsPerByte * bytes <= ShortRun.TotalSeconds;

    /// <summary>When to come again: what has to run first will have run by then, but in a minute at most.</summary>
    /// <param name="work">What has to run first; null where that was not measured.</param>
    /// <param name="threads">The inference threads.</param>
    /// <param name="unknown">What is told where nothing was measured.</param>
    public static TimeSpan GetRetryAfter(TimeSpan? work, int threads, TimeSpan unknown)
    {
        if (work is not { } known)
        {
            return unknown;
        }

        var drained = known / threads;
        return drained < LeastRetry ? LeastRetry : drained > MostRetry ? MostRetry : drained;
    }
}
