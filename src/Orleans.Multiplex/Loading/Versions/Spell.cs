namespace Orleans.Multiplex.Loading;

/// <summary>Something that goes on for a while and is told once, when it begins. Without a sign of it for long enough it is over.</summary>
/// <param name="life">How long.</param>
/// <param name="time">The clock.</param>
internal sealed class Spell(TimeSpan life, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long? _lastAt;

    /// <summary>Takes a sign of it. True for the first.</summary>
    public bool Begins()
    {
        lock (_lock)
        {
            var isNew = _lastAt is not { } at || time.GetElapsedTime(at) > life;
            _lastAt = time.GetTimestamp();
            return isNew;
        }
    }
}
