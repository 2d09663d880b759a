namespace Orleans.Multiplex.Residency;

/// <summary>When a resident was used last, and how often requests found it. Set without a lock.</summary>
internal sealed class UseMarks
{
    private readonly UseClock _clock;
    private readonly long _first;
    private long _last;
    private long _lastAt;
    private long _hits;

    public UseMarks(UseClock clock)
    {
        _clock = clock;
        _last = _first = clock.NextUse();
        _lastAt = clock.Time.GetTimestamp();
    }

    /// <summary>The place in the order of uses; grows with each use.</summary>
    public UseOrder Last => new(Volatile.Read(ref _last), Volatile.Read(ref _lastAt));

    public TimeSpan Age => _clock.Time.GetElapsedTime(Volatile.Read(ref _lastAt));

    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Marks a use: now the model is the most recently used one.</summary>
    public void Touch()
    {
        Volatile.Write(ref _last, _clock.NextUse());
        Volatile.Write(ref _lastAt, _clock.Time.GetTimestamp());
    }

    public void CountHit() => Interlocked.Increment(ref _hits);

    /// <summary>Takes over when another one was used last.</summary>
    public void Inherit(UseMarks other)
    {
        Volatile.Write(ref _last, other.Last.Number);
        Volatile.Write(ref _lastAt, Volatile.Read(ref other._lastAt));
    }

    /// <summary>Was used elsewhere so long ago, unless it has been used here.</summary>
    /// <param name="age">The time since that use.</param>
    /// <param name="last">The place of that use in the order of this silo.</param>
    public void SetBack(TimeSpan age, long last)
    {
        if (Interlocked.CompareExchange(ref _last, last, _first) == _first)
        {
            Volatile.Write(ref _lastAt, _clock.Time.GetTimestamp() - (long)(age.TotalSeconds * _clock.Time.TimestampFrequency));
        }
    }
}
