namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>The time that runs have taken, all together, up to now: those that have ended, and those under way so far.</summary>
internal sealed class BusyTime(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _endedTicks;
    private long _running;
    private long _startedAt;

    /// <summary>A run that was not told of before has ended.</summary>
    public void Add(TimeSpan took) => Interlocked.Add(ref _endedTicks, took.Ticks);

    /// <summary>A run begins.</summary>
    /// <param name="at">The timestamp.</param>
    public void Begin(long at)
    {
        lock (_lock)
        {
            _running++;
            _startedAt += at;
        }
    }

    /// <summary>It has ended.</summary>
    /// <param name="at">When it began.</param>
    /// <param name="took">What it has taken.</param>
    public void End(long at, TimeSpan took)
    {
        lock (_lock)
        {
            _running--;
            _startedAt -= at;
            Add(took);
        }
    }

    /// <summary>What they have taken until now.</summary>
    /// <param name="now">The timestamp.</param>
    public TimeSpan GetTotal(long now)
    {
        lock (_lock)
        {
            return TimeSpan.FromTicks(Interlocked.Read(ref _endedTicks)) + time.GetElapsedTime(_startedAt, _running * now);
        }
    }
}
