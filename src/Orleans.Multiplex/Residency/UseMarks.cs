namespace Orleans.Multiplex.Residency;

/// <summary>When a resident was used last, and how often requests found it. Set without a lock.</summary>
internal sealed class UseMarks(UseClock clock)
{
    private long _last = clock.NextUse();
    private long _lastAt = clock.Time.GetTimestamp();
    private long _hits;

    /// <summary>The place in the order of uses; grows with each use.</summary>
    public long Last => Volatile.Read(ref _last);

    public TimeSpan Age => clock.Time.GetElapsedTime(Volatile.Read(ref _lastAt));

    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Marks a use: now the model is the most recently used one.</summary>
    public void Touch()
    {
        Volatile.Write(ref _last, clock.NextUse());
        Volatile.Write(ref _lastAt, clock.Time.GetTimestamp());
    }

    public void CountHit() => Interlocked.Increment(ref _hits);

    /// <summary>Takes over when another one was used last.</summary>
    public void Inherit(UseMarks other)
    {
        Volatile.Write(ref _last, other.Last);
        Volatile.Write(ref _lastAt, Volatile.Read(ref other._lastAt));
    }
}
