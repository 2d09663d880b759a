namespace Orleans.Multiplex.Residency;

/// <summary>
/// Orders the uses of a silo's residents. The order comes from a counter, not from the clock, so that it is exact also for uses
/// within one tick; the timestamp beside it serves to tell ages.
/// </summary>
internal sealed class UseClock(TimeProvider time)
{
    private long _uses;

    public TimeProvider Time => time;

    public long NextUse() => Interlocked.Increment(ref _uses);
}
