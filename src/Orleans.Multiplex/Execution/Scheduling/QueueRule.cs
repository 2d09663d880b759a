namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>What is told by the measured time of a model's runs.</summary>
internal static class QueueRule
{
    /// <summary>What it takes to hand a run to a thread of its own, and its result back.</summary>
    private static readonly TimeSpan HandOver = TimeSpan.FromMicroseconds(20);

    private static readonly TimeSpan LeastRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostRetry = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a request takes from now to the end of its run, if all threads work for its model alone until then; null where what runs take is not known well
    /// enough for anyone to be refused by it.
    /// </summary>
    /// <param name="ahead">The requests of the model that go before it.</param>
    /// <param name="together">How many may go in one run.</param>
    /// <param name="cost">What they take.</param>
    /// <param name="threads">The inference threads.</param>
    public static TimeSpan? Expect(int ahead, int together, RunCost cost, int threads)
    {
        if (!cost.IsCertain)
        {
            return null;
        }

        // Few go together as long as few come; what they take then says little of what they take in a crowd.
        var oneByOne = cost.Item * ahead;
        var inCrowds = cost.Run * Math.Ceiling((double)ahead / together);
        return ((oneByOne < inCrowds ? oneByOne : inCrowds) / threads) + cost.Run;
    }

    /// <summary>
    /// Whether a request is likely to be answered in time: it takes as much longer than expected as the others of its crowd did. Where nothing is ahead of it,
    /// it is not refused: or a model that was slow once would never be measured again.
    /// </summary>
    /// <param name="ahead">The requests of the model that go before it.</param>
    /// <param name="expected">What <see cref="Expect"/> says.</param>
    /// <param name="lateness">How much longer the others took.</param>
    /// <param name="remaining">The time left to the request.</param>
    public static bool MayBeInTime(int ahead, TimeSpan? expected, Lateness lateness, TimeSpan remaining) =>
        ahead == 0 || expected is not { } known || known * lateness.Factor <= remaining;

    /// <summary>How much each request that is there adds to the wait of the model's next one: its part of a run, on all threads, and longer by what others of its crowd took longer.</summary>
    /// <remarks>Only the mean is read of <paramref name="lateness"/>, so it may be written meanwhile.</remarks>
    public static TimeSpan GetPace(RunCost cost, int threads, Lateness lateness) => cost.Item / threads * Math.Max(1, 1 + lateness.Mean);

    /// <summary>How long a run waits for company: not past its time.</summary>
    public static TimeSpan GetDelay(ScheduledRun run, RunCost cost)
    {
        var most = run.Kind?.MaxDelay ?? TimeSpan.Zero;
        var left = run.Remaining - cost.Run;
        return most < left ? most : left;
    }

    /// <summary>The longest run behind the turn of a grain, on the thread pool: it may be on every thread there.</summary>
    public static TimeSpan LongestOnPool { get; } = TimeSpan.FromMicroseconds(100);

    /// <summary>The longest run on the thread of its caller, which waits for it anyway.</summary>
    public static TimeSpan LongestHere { get; } = TimeSpan.FromMicroseconds(300);

    /// <summary>
    /// The longest run that waits for no thread at all: it takes less of the processor than to wake a thread for it and its caller's for the answer, so nobody has anything
    /// of its waiting.
    /// </summary>
    public static TimeSpan LongestUnasked { get; } = TimeSpan.FromMicroseconds(50);

    /// <summary>Whether a run is so short that it stays where it is, since to hand it to a thread of its own, and its result back, would take as long or a good part of that.</summary>
    /// <param name="cost">What runs of the model take.</param>
    /// <param name="bytes">The bytes of its inputs.</param>
    /// <param name="longest">The longest that does.</param>
    public static bool IsShort(RunCost cost, long bytes, TimeSpan longest) =>
        cost is { IsKnown: true, IsUneven: false } && cost.Usual <= longest && cost.UsualPerByte * bytes <= longest.TotalSeconds;

    /// <summary>Whether it may pay that runs wait for a thread and go together: what each of them saves is less than a run.</summary>
    public static bool MayGainTogether(RunCost cost) => cost.Usual > HandOver;

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
