using BitFaster.Caching.Lru;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// The bytes that models are known to take on this silo: as their files say, and as they were measured. For a bounded number of models.
/// </summary>
internal sealed class KnownFootprints
{
    private readonly ConcurrentLru<(string Pool, string ModelId), long> _bytes = new(10_000);

    /// <summary>The bytes that a model takes; 0 when that is not known.</summary>
    public long Find(string pool, string modelId) => _bytes.TryGet((pool, modelId), out var bytes) ? bytes : 0;

    public void Set(string pool, string modelId, long bytes) => _bytes.AddOrUpdate((pool, modelId), bytes);
}
