using System.Collections.Immutable;
using BitFaster.Caching.Lru;

namespace Orleans.Multiplex.Placement;

/// <summary>The last decisions that this silo made, a few for each of a bounded number of models.</summary>
internal sealed class PlacementDecisions(TimeProvider time)
{
    private const int PerModel = 4;

    private readonly ConcurrentLru<string, ImmutableArray<(PlacementDecision Decision, long At)>> _decisions = new(10_000);

    public void Add(string model, PlacementDecision decision)
    {
        var earlier = _decisions.TryGet(model, out var found) ? found : [];
        _decisions.AddOrUpdate(model, [(decision, time.GetTimestamp()), .. earlier.Take(PerModel - 1)]);
    }

    /// <summary>The decisions on a model, newest first, with their ages.</summary>
    public ImmutableArray<(PlacementDecision Decision, TimeSpan Age)> Find(string model) =>
        _decisions.TryGet(model, out var found) ? [.. found.Select(one => (one.Decision, time.GetElapsedTime(one.At)))] : [];
}
