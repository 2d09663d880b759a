namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// The places of short runs, which begin at once on whatever thread is at hand: those of idle threads for inference, which are as many, and those beside them.
/// Without a lock.
/// </summary>
/// <param name="threads">The threads for inference.</param>
internal sealed class ShortPlaces(int threads)
{
    private int _ofThreads;
    private int _beside;

    /// <summary>How many are taken.</summary>
    public int Taken => Volatile.Read(ref _ofThreads) + Volatile.Read(ref _beside);

    /// <summary>Takes a place for a run of a model, if its runs are short.</summary>
    /// <param name="cost">What they take.</param>
    /// <param name="bytes">The bytes of its inputs.</param>
    /// <param name="longest">The longest that is short there.</param>
    /// <param name="isAnyWaiting">Whether some wait for a thread, and so for its place.</param>
    /// <param name="running">How many runs are on threads.</param>
    public ShortPlace TryTake(RunCost cost, long bytes, TimeSpan longest, bool isAnyWaiting, in int running)
    {
        if (!QueueRule.IsShort(cost, bytes, longest))
        {
            return ShortPlace.None;
        }

        if (QueueRule.IsShort(cost, bytes, QueueRule.LongestUnasked))
        {
            Interlocked.Increment(ref _beside);
            return ShortPlace.Beside;
        }

        // Once threads for inference have begun they go on until nobody waits: where both kinds of threads run at once, each takes the other's processor and its caches.
        if (isAnyWaiting || Volatile.Read(in running) > 0)
        {
            return ShortPlace.None;
        }

        // Never taken only to be given back: a thread that sees it meanwhile falls asleep, and nobody wakes it. One that begins just now makes one too many, for a moment.
        for (var taken = Volatile.Read(ref _ofThreads); taken + Volatile.Read(in running) < threads; taken = Volatile.Read(ref _ofThreads))
        {
            if (Interlocked.CompareExchange(ref _ofThreads, taken + 1, taken) == taken)
            {
                return ShortPlace.OfThread;
            }
        }

        return ShortPlace.None;
    }

    /// <summary>Leaves a place. Returns whether a thread can go on now.</summary>
    public bool Leave(ShortPlace place)
    {
        Interlocked.Decrement(ref place == ShortPlace.Beside ? ref _beside : ref _ofThreads);
        return place == ShortPlace.OfThread;
    }

    /// <summary>
    /// Whether a thread has to wait because short runs have the places that are left. While anybody waits there are no new ones, so this is soon over. Threads that are
    /// kept by stuck work have others in their place, and make this wait for nothing.
    /// </summary>
    /// <param name="running">How many runs are on threads.</param>
    public bool HaveAll(int running) => Volatile.Read(ref _ofThreads) is > 0 and var taken && running + taken >= threads;
}
