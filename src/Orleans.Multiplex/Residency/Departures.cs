using BitFaster.Caching.Lru;

namespace Orleans.Multiplex.Residency;

/// <summary>Why models that were on this silo, or were to be loaded here, are not here any more. For a bounded number of models.</summary>
internal sealed class Departures(TimeProvider time)
{
    private const int Most = 10_000;

    private readonly ConcurrentLru<ResidentKey, (string Reason, long At)> _last = new(Most);

    public void Add(ResidentKey key, string reason) => _last.AddOrUpdate(key, (reason, time.GetTimestamp()));

    /// <summary>Why a model went, and how long ago; null when it was never here or that is forgotten.</summary>
    public (string Reason, TimeSpan Age)? Find(ResidentKey key) =>
        _last.TryGet(key, out var departure) ? (departure.Reason, time.GetElapsedTime(departure.At)) : null;
}
