using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// Notices that more models are in use than fit: models are loaded again soon after they were evicted. Says so once in a while, not
/// each time.
/// </summary>
internal sealed partial class ThrashDetector(TimeProvider time, ILogger logger)
{
    /// <summary>A model that comes back within this time after its eviction was evicted too early.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(10);

    private const int ReturnsToWarn = 10;
    private const int ReturnsCounted = 1000;

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private readonly RecentEvictions _evictions = new();
    private readonly Queue<long> _returns = new();
    private long? _warnedAt;
    private long? _lastEvictedAt;

    /// <summary>Whether a model was evicted for want of room within a time.</summary>
    public bool HasEvictedWithin(TimeSpan age)
    {
        lock (_lock)
        {
            return _lastEvictedAt is { } at && time.GetElapsedTime(at) < age;
        }
    }

    public void OnEvicted(ResidentKey key)
    {
        var now = time.GetTimestamp();
        var at = Milliseconds(now);
        lock (_lock)
        {
            _lastEvictedAt = now;
            _evictions.Add(key, at);
        }
    }

    public void OnLoaded(ResidentKey key)
    {
        var now = time.GetTimestamp();
        int returns;
        lock (_lock)
        {
            if (_evictions.Remove(key) is not { } evictedAt || unchecked(Milliseconds(now) - evictedAt) > Soon.TotalMilliseconds)
            {
                return;
            }

            _returns.Enqueue(now);
            while (_returns.Count > ReturnsCounted || time.GetElapsedTime(_returns.Peek(), now) > Soon)
            {
                _returns.Dequeue();
            }

            returns = _returns.Count;
            if (returns < ReturnsToWarn || (_warnedAt is { } warned && time.GetElapsedTime(warned, now) < BetweenWarnings))
            {
                return;
            }

            _warnedAt = now;
        }

        LogThrash(returns, Soon.TotalSeconds);
    }

    // Starts anew after 49 days; what is as old as that has long lost its slot, or counts as one return too many.
    private uint Milliseconds(long timestamp) => unchecked((uint)(long)time.GetElapsedTime(_start, timestamp).TotalMilliseconds);

    [LoggerMessage(LogEvents.ResidencyIds + 10, LogLevel.Warning,
        "More models are in use than fit this silo: at least {Returns} loads in the last {Seconds} s were of models evicted within a minute before. "
        + "Raise the quota (Multiplex:MaxModelsPerSilo, Multiplex:Pools:*:MaxModelsPerSilo, Multiplex:MaxBytesPerSilo) or add a silo.")]
    private partial void LogThrash(int returns, double seconds);
}
