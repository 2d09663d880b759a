using System.Collections.Immutable;

namespace Orleans.Multiplex.Placement;

/// <summary>
/// The last decisions that this silo made, a few for each model. How many is bounded by what they were made from: in a large cluster each has something to say of very many silos.
/// </summary>
internal sealed class PlacementDecisions(TimeProvider time)
{
    private const int PerModel = 4;
    private const int Most = 40_000;

    /// <summary>Over all decisions; some 30 MB.</summary>
    private const int MostCandidates = 250_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ImmutableArray<(PlacementDecision Decision, long At)>> _decisions = new(StringComparer.Ordinal);
    private readonly Queue<(string Model, PlacementDecision Decision)> _order = new();
    private int _candidates;

    public void Add(string model, PlacementDecision decision)
    {
        lock (_lock)
        {
            _order.Enqueue((model, decision));
            _candidates += decision.Candidates;
            var known = _decisions.TryGetValue(model, out var earlier) ? earlier : [];
            _decisions[model] = [(decision, time.GetTimestamp()), .. known.Take(PerModel - 1)];
            while (_order.Count > 1 && (_order.Count > Most || _candidates > MostCandidates))
            {
                DropOldest_NeedsLock();
            }
        }
    }

    /// <summary>The decisions on a model, newest first, with their ages.</summary>
    public ImmutableArray<(PlacementDecision Decision, TimeSpan Age)> Find(string model)
    {
        ImmutableArray<(PlacementDecision Decision, long At)> found;
        lock (_lock)
        {
            found = _decisions.TryGetValue(model, out var kept) ? kept : [];
        }

        return [.. found.Select(one => (one.Decision, time.GetElapsedTime(one.At)))];
    }

    // Later ones of its model may have taken its place already.
    private void DropOldest_NeedsLock()
    {
        var (model, oldest) = _order.Dequeue();
        _candidates -= oldest.Candidates;
        if (_decisions.TryGetValue(model, out var kept) && ReferenceEquals(kept[^1].Decision, oldest))
        {
            if (kept.Length == 1)
            {
                _decisions.Remove(model);
            }
            else
            {
                _decisions[model] = kept.RemoveAt(kept.Length - 1);
            }
        }
    }
}
