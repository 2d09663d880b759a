using System.Collections.Concurrent;
using System.Collections.Immutable;
using BitFaster.Caching.Lru;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// The bytes that models are known to take: as their files say, as they were measured, and as the silos tell that had them to place. For a
/// bounded number of models.
/// </summary>
internal sealed class KnownFootprints
{
    private const int Most = 10_000;

    private readonly ConcurrentLru<(string Pool, string ModelId), long> _bytes = new(Most);
    private readonly ConcurrentDictionary<(string Pool, string ModelId), long> _untold = new();

    /// <summary>The bytes that a model takes; 0 when that is not known.</summary>
    public long Find(string pool, string modelId) => _bytes.TryGet((pool, modelId), out var bytes) ? bytes : 0;

    /// <summary>Keeps what this silo found out itself, which the other silos are to be told.</summary>
    public void Set(string pool, string modelId, long bytes)
    {
        _bytes.AddOrUpdate((pool, modelId), bytes);
        if (bytes > 0 && _untold.Count < Most)
        {
            _untold[(pool, modelId)] = bytes;
        }
    }

    /// <summary>Takes in what another silo told.</summary>
    public void Learn(ImmutableArray<ModelFootprint> told)
    {
        foreach (var footprint in told)
        {
            _bytes.AddOrUpdate((footprint.Pool, footprint.ModelId), footprint.Bytes);
        }
    }

    /// <summary>Takes out what the other silos have not been told yet, each model once.</summary>
    /// <param name="most">How many at most.</param>
    public ImmutableArray<ModelFootprint> TakeUntold(int most)
    {
        var untold = ImmutableArray.CreateBuilder<ModelFootprint>();
        foreach (var (pool, modelId) in _untold.Keys.Take(most))
        {
            if (_untold.TryRemove((pool, modelId), out var bytes))
            {
                untold.Add(new ModelFootprint(pool, modelId, bytes));
            }
        }

        return untold.ToImmutable();
    }
}
