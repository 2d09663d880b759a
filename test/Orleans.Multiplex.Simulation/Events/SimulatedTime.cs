namespace Orleans.Multiplex.Simulation.Events;

/// <summary>A silo's clock and its timers, for production code that takes a <see cref="TimeProvider"/>.</summary>
internal sealed class SimulatedTime(EventQueue queue) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>While a message is delivered later than it came, the time at which it came.</summary>
    public TimeSpan? Arrival { get; set; }

    /// <summary>Whether the silo has died: its timers do nothing any more.</summary>
    public bool IsStopped { get; set; }

    public override long GetTimestamp() => (Arrival ?? queue.Now).Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + queue.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, queue, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }
}
