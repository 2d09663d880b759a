namespace Orleans.Multiplex.Grains.Control;

/// <summary>What is being tried and what has failed: each thing is tried once at a time, after a failure again after a pause that doubles.</summary>
internal sealed class LoadTrials(TimeProvider time, TimeSpan firstPause, TimeSpan longestPause)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Failure> _failures = new(StringComparer.Ordinal);

    /// <summary>Whether a thing is to be tried now; who is told so must end the try.</summary>
    /// <param name="name">The thing.</param>
    /// <param name="mostAtOnce">How many may be under way.</param>
    public bool TryBegin(string name, int mostAtOnce)
    {
        lock (_lock)
        {
            return _underWay.Count < mostAtOnce
                && !(_failures.TryGetValue(name, out var last) && time.GetElapsedTime(last.At) < last.Pause)
                && _underWay.Add(name);
        }
    }

    public void Succeed(string name)
    {
        lock (_lock)
        {
            _underWay.Remove(name);
            _failures.Remove(name);
        }
    }

    /// <summary>The try failed. Returns whether that is news: the same reason is told once.</summary>
    public bool Fail(string name, string reason)
    {
        lock (_lock)
        {
            _underWay.Remove(name);
            var isNews = !_failures.TryGetValue(name, out var last) || last.Reason != reason;
            var pause = last is null ? firstPause : last.Pause * 2 < longestPause ? last.Pause * 2 : longestPause;
            _failures[name] = new Failure(reason, time.GetTimestamp(), pause);
            return isNews;
        }
    }

    /// <summary>Forgets the failures of what is not wanted any more.</summary>
    public void Retain(IReadOnlySet<string> wanted)
    {
        lock (_lock)
        {
            foreach (var name in _failures.Keys.Where(name => name.Length > 0 && !wanted.Contains(name)).ToList())
            {
                _failures.Remove(name);
            }
        }
    }

    private sealed record Failure(string Reason, long At, TimeSpan Pause);
}
