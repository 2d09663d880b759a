using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Rivals;

/// <summary>
/// A replica of Ray Serve: holds so many models, whatever they take; loads one at a time, behind one lock; evicts before it loads, whoever uses the victim.
/// </summary>
/// <param name="number">Its number.</param>
/// <param name="most">How many models it holds.</param>
/// <param name="catalogue">The models.</param>
/// <param name="queue">The events.</param>
/// <param name="changed">Called when what it advertises has changed.</param>
internal sealed class RayReplica(int number, int most, Catalogue catalogue, EventQueue queue, Action<RayReplica> changed)
{
    private readonly RecencyList _loaded = new();
    private readonly DiskModels _disk = new(catalogue, most);
    private readonly Dictionary<int, int> _loading = [];
    private readonly Queue<int> _lock = new();
    private bool _isLocked;

    public int Number => number;

    public bool IsDead { get; set; }

    /// <summary>The requests on it, those included that wait for a load.</summary>
    public int Ongoing { get; private set; }

    public long Loads { get; private set; }

    /// <summary>Whether a push of what it advertises is on its way.</summary>
    public bool IsPushing { get; set; }

    /// <summary>What it advertises: what is loaded and what is being loaded.</summary>
    public IEnumerable<int> Models => _loaded.Models.Concat(_loading.Keys);

    /// <summary>Takes a request; true when its model is loaded.</summary>
    public bool Serve(int model)
    {
        Ongoing++;
        if (_loaded.Touch(model))
        {
            queue.After(Pace.Service, End);
            return true;
        }

        _loading[model] = _loading.GetValueOrDefault(model) + 1;
        changed(this);
        _lock.Enqueue(model);
        Next();
        return false;
    }

    private void Next()
    {
        while (!_isLocked && _lock.TryDequeue(out var model))
        {
            if (_loaded.Contains(model))
            {
                Finish(model);
                continue;
            }

            _isLocked = true;
            Loads++;
            if (_loaded.Count >= most)
            {
                _loaded.TakeOldest();
                changed(this);
            }

            queue.After(_disk.GetFetchTime(model) + catalogue.GetOpenTime(model), () => Complete(model));
        }
    }

    private void Complete(int model)
    {
        _disk.Add(model);
        _loaded.Add(model);
        _isLocked = false;
        Finish(model);
        Next();
    }

    private void Finish(int model)
    {
        if (--_loading[model] == 0)
        {
            _loading.Remove(model);
        }

        queue.After(Pace.Service, End);
    }

    private void End() => Ongoing--;
}
