namespace Orleans.Multiplex.Tests.Execution.Batching;

/// <summary>A clock that goes on by a millisecond with each look at it, so that all runs take as long, and several rows together pay whatever the machine does.</summary>
internal sealed class StepClock : TimeProvider
{
    private const long Step = 1_000_000;

    private long _now;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Interlocked.Add(ref _now, Step);
}
