using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Rivals;

/// <summary>An instance of ModelMesh: an LRU of bytes, from which goes first who was used longest ago, and the record of it that the others read.</summary>
/// <param name="capacity">The bytes that it holds, less those set apart for what is being unloaded.</param>
/// <param name="catalogue">The models.</param>
/// <param name="disk">The files that it has.</param>
/// <param name="queue">The events.</param>
/// <param name="evicted">Called with each model that goes.</param>
internal sealed class MeshNode(long capacity, Catalogue catalogue, DiskModels disk, EventQueue queue, Action<int> evicted)
{
    private static readonly TimeSpan LeastPeriod = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan UsualPeriod = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan BusynessWindow = TimeSpan.FromMinutes(6.5);

    private readonly RecencyList _models = new();
    private readonly HashSet<int> _loading = [];
    private readonly Dictionary<int, TimeSpan> _lastUse = [];
    private readonly Queue<int> _waiting = new();
    private long _bytes;
    private int _running;
    private double _busyness;
    private TimeSpan _busynessAt;
    private bool _isPublishing;

    public bool IsDead { get; set; }

    /// <summary>What the others know of it.</summary>
    public MeshRecord Record { get; private set; } = new(TimeSpan.Zero, 0, capacity, false, 0);

    /// <summary>Takes a request for a model that it has or is about to have; true when it is loaded.</summary>
    public bool Serve(int model)
    {
        var elapsed = queue.Now - _busynessAt;
        (_busyness, _busynessAt) = ((_busyness * Math.Exp(-(elapsed / BusynessWindow))) + (1 / BusynessWindow.TotalMinutes), queue.Now);
        _models.Touch(model);
        _lastUse[model] = queue.Now;
        return !_loading.Contains(model);
    }

    /// <summary>Takes a model in, and evicts for it at once.</summary>
    public void Load(int model)
    {
        _models.Add(model);
        _loading.Add(model);
        _bytes += catalogue.GetBytes(model);
        while (_bytes > capacity && _models.Count > 1)
        {
            var victim = _models.TakeOldest();
            _bytes -= catalogue.GetBytes(victim);
            _lastUse.Remove(victim);
            _loading.Remove(victim);
            evicted(victim);
        }

        _waiting.Enqueue(model);
        Next();
        PublishSoon();
    }

    private void Next()
    {
        while (_running < Pace.ParallelLoads && _waiting.TryDequeue(out var model))
        {
            _running++;
            queue.After(disk.GetFetchTime(model) + catalogue.GetOpenTime(model), () =>
            {
                disk.Add(model);
                _running--;
                _loading.Remove(model);
                Next();
            });
        }
    }

    // At most every two seconds and only what is significant; every forty seconds in any case.
    private void PublishSoon()
    {
        if (!_isPublishing)
        {
            _isPublishing = true;
            queue.After(LeastPeriod, () => Publish(queue.Now + UsualPeriod - LeastPeriod));
        }
    }

    private void Publish(TimeSpan latest)
    {
        var now = Describe();
        if (now.DiffersMuchFrom(Record, queue.Now, capacity) || queue.Now >= latest)
        {
            Record = now;
            _isPublishing = false;
        }
        else
        {
            queue.After(LeastPeriod, () => Publish(latest));
        }
    }

    private MeshRecord Describe() => new(
        _models.Count == 0 ? queue.Now : _lastUse.GetValueOrDefault(_models.Models.First()),
        _models.Count,
        capacity - _bytes,
        capacity - _bytes < Catalogue.MeanBytes,
        _busyness * Math.Exp(-((queue.Now - _busynessAt) / BusynessWindow)));
}
