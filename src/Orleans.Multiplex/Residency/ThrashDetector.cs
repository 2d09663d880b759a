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
    private const int Remembered = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<ResidentKey, long> _evictedAt = [];
    private readonly Queue<(ResidentKey Key, long At)> _evictions = new();
    private readonly Queue<long> _returns = new();
    private long? _warnedAt;

    public void OnEvicted(ResidentKey key)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            _evictedAt[key] = now;
            _evictions.Enqueue((key, now));
            while (_evictions.Count > Remembered || (_evictions.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At, now) > Soon))
            {
                var (old, at) = _evictions.Dequeue();
                if (_evictedAt.TryGetValue(old, out var last) && last == at)
                {
                    _evictedAt.Remove(old);
                }
            }
        }
    }

    public void OnLoaded(ResidentKey key)
    {
        var now = time.GetTimestamp();
        int returns;
        lock (_lock)
        {
            if (!_evictedAt.Remove(key, out var evictedAt) || time.GetElapsedTime(evictedAt, now) > Soon)
            {
                return;
            }

            _returns.Enqueue(now);
            while (_returns.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) > Soon)
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

    [LoggerMessage(LogEvents.ResidencyIds + 10, LogLevel.Warning,
        "More models are in use than fit this silo: {Returns} loads in the last {Seconds} s were of models evicted within a minute before. "
        + "Raise the quota (Multiplex:MaxModelsPerSilo, Multiplex:Pools:*:MaxModelsPerSilo, Multiplex:MaxBytesPerSilo) or add a silo.")]
    private partial void LogThrash(int returns, double seconds);
}
