using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Rivals;

/// <summary>
/// ModelMesh's rule. Where a model is stands in a registry that all have. One that is nowhere goes to a node taken by chance from a short list: those that are not
/// full, with room much like that of the best of them; where all are full, those whose next victim is about as old as the oldest; without those that have far more
/// requests than the least busy one.
/// </summary>
/// <remarks>
/// As it was meant, without the defects of its code. Better than the original: the registry is never behind, a death is noticed at once, and nothing is refused when models come
/// and go quickly, as its guard against churn would.
/// </remarks>
internal sealed class ModelMesh : IServingSystem
{
    /// <summary>The least share of the capacity that is set apart for what is being unloaded.</summary>
    private const double UnloadBuffer = 0.01;

    private static readonly TimeSpan SimilarAge = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(12);

    private readonly Scenario _scenario;
    private readonly Catalogue _catalogue;
    private readonly EventQueue _queue;
    private readonly Random _random;
    private readonly List<MeshNode> _alive = [];
    private readonly MeshNode?[] _registry;
    private readonly TimeSpan[] _lastUse;

    public ModelMesh(Scenario scenario, Catalogue catalogue, EventQueue queue, int seed)
    {
        _scenario = scenario;
        _catalogue = catalogue;
        _queue = queue;
        _random = new Random(seed + 4);
        _registry = new MeshNode?[scenario.Models];
        _lastUse = new TimeSpan[scenario.Models];
        for (var i = 0; i < scenario.Silos; i++)
        {
            Join();
        }
    }

    public long Loads { get; private set; }

    public bool Serve(ModelRequest request)
    {
        var model = request.Model;
        if (_registry[model] is not { IsDead: false } node)
        {
            _registry[model] = node = Choose(model);
            node.Load(model);
            Loads++;
        }

        _lastUse[model] = _queue.Now;
        return node.Serve(model);
    }

    public void Lose(double which)
    {
        var node = _alive[(int)(which * _alive.Count)];
        node.IsDead = true;
        _alive.Remove(node);
    }

    public void Join() =>
        _alive.Add(new MeshNode(
            (long)(_scenario.BytesPerSilo * (1 - UnloadBuffer)),
            _catalogue,
            new DiskModels(_catalogue, _scenario.ModelsPerSilo),
            _queue,
            model => _registry[model] = null));

    private MeshNode Choose(int model)
    {
        var best = _alive.MinBy(static node => node.Record, Comparer<MeshRecord>.Create(Compare))!.Record;
        List<MeshNode> listed = [.. _alive.Where(node => IsSimilar(node.Record, best))];
        var mostBusy = listed.Min(static node => node.Record.Busyness) * (_queue.Now - _lastUse[model] < Recent ? 3 : 4);
        listed.RemoveAll(node => node.Record.Busyness > mostBusy);
        return listed[_random.Next(listed.Count)];
    }

    private static int Compare(MeshRecord one, MeshRecord other) =>
        one.IsFull != other.IsFull ? one.IsFull.CompareTo(other.IsFull)
        : one.IsFull && one.LruTime != other.LruTime ? one.LruTime.CompareTo(other.LruTime)
        : one.Count != other.Count ? one.Count.CompareTo(other.Count)
        : other.FreeBytes.CompareTo(one.FreeBytes);

    private bool IsSimilar(MeshRecord one, MeshRecord best)
    {
        if (one.IsFull != best.IsFull)
        {
            return false;
        }

        var gap = one.LruTime - best.LruTime;
        return best.IsFull
            ? gap <= SimilarAge || gap <= (_queue.Now - best.LruTime) / 10
            : one.FreeBytes >= best.FreeBytes / 4 && (one.Count < 10 || one.Count <= 1.25 * best.Count);
    }
}
