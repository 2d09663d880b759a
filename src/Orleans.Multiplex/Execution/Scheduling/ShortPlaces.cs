namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// The places of short runs, which begin at once on whatever thread is at hand: those of idle threads for inference, and a few beside them. Without a lock. Threads
/// for inference do not wait for them: what is thought to be short may not be.
/// </summary>
/// <param name="threads">The threads for inference.</param>
internal sealed class ShortPlaces(int threads)
{
    /// <summary>How many more than the threads may run beside them: a run that is longer than thought keeps its caller's thread, which are not many either.</summary>
    private const int BesideEachThread = 2;

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
    public ShortPlace TryTake(RunCost cost, long bytes, TimeSpan longest, bool isAnyWaiting, in int running) =>
        !QueueRule.IsShort(cost, bytes, longest) ? ShortPlace.None
            : QueueRule.IsShort(cost, bytes, QueueRule.LongestUnasked) && TryTake(ref _beside, BesideEachThread * threads) ? ShortPlace.Beside
            : !isAnyWaiting && TryTake(ref _ofThreads, threads - Volatile.Read(in running)) ? ShortPlace.OfThread
            : ShortPlace.None;

    /// <summary>Leaves a place.</summary>
    public void Leave(ShortPlace place) => Interlocked.Decrement(ref place == ShortPlace.Beside ? ref _beside : ref _ofThreads);

    private static bool TryTake(ref int taken, int most)
    {
        if (Interlocked.Increment(ref taken) <= most)
        {
            return true;
        }

        Interlocked.Decrement(ref taken);
        return false;
    }
}
