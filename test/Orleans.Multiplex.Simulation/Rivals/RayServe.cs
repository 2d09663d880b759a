using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Rivals;

/// <summary>
/// Ray Serve's rule. A request goes to one of two replicas, taken by chance from those that advertise its model and have a place; where none does, from
/// those with a place that advertise the fewest models; the one with fewer requests gets it. What replicas advertise is pushed on a tick of a tenth of a
/// second and told to the routers on the controller's next one. Where no replica has a place, the request tries again, later each time.
/// </summary>
/// <remarks>Better than the original: routers know the number of requests on a replica at all times, and notice its death at once.</remarks>
internal sealed class RayServe : IServingSystem
{
    /// <summary>Ray's default.</summary>
    private const int MaxOngoing = 5;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMilliseconds(500);

    private readonly Scenario _scenario;
    private readonly Catalogue _catalogue;
    private readonly EventQueue _queue;
    private readonly Random _random;
    private readonly List<RayReplica> _alive = [];
    private readonly Dictionary<RayReplica, int[]> _advertised = [];
    private readonly Dictionary<int, List<RayReplica>> _holders = [];
    private readonly List<RayReplica> _candidates = [];
    private long _loadsOfDead;
    private int _joined;

    public RayServe(Scenario scenario, Catalogue catalogue, EventQueue queue, int seed)
    {
        _scenario = scenario;
        _catalogue = catalogue;
        _queue = queue;
        _random = new Random(seed + 3);
        for (var i = 0; i < scenario.Silos; i++)
        {
            Join();
        }
    }

    public long Loads => _loadsOfDead + _alive.Sum(static replica => replica.Loads);

    public bool Serve(ModelRequest request) => Try(request.Model, FirstBackoff);

    public void Lose(double which)
    {
        var replica = _alive[(int)(which * _alive.Count)];
        Advertise(replica, []);
        _advertised.Remove(replica);
        _alive.Remove(replica);
        _loadsOfDead += replica.Loads;
        replica.IsDead = true;
    }

    public void Join()
    {
        var replica = new RayReplica(_joined++, _scenario.ModelsPerSilo, _catalogue, _queue, PushSoon);
        _alive.Add(replica);
        _advertised.Add(replica, []);
    }

    private bool Try(int model, TimeSpan backoff)
    {
        if (Choose(model) is { } replica)
        {
            return replica.Serve(model);
        }

        var next = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
        _queue.After(backoff, () => Try(model, next));
        return false;
    }

    private RayReplica? Choose(int model)
    {
        _candidates.Clear();
        if (_holders.TryGetValue(model, out var holders))
        {
            _candidates.AddRange(holders.Where(static one => one.Ongoing < MaxOngoing));
        }

        if (_candidates.Count == 0)
        {
            AddThoseWithFewest();
        }

        if (_candidates.Count == 0)
        {
            _candidates.AddRange(_alive.Where(static one => one.Ongoing < MaxOngoing));
        }

        if (_candidates.Count == 0)
        {
            return null;
        }

        var (one, other) = (_candidates[_random.Next(_candidates.Count)], _candidates[_random.Next(_candidates.Count)]);
        return other.Ongoing < one.Ongoing ? other : one;
    }

    // Which have the fewest is decided before it is looked whether they have a place.
    private void AddThoseWithFewest()
    {
        var fewest = _alive.Min(one => _advertised[one].Length);
        _candidates.AddRange(_alive.Where(one => _advertised[one].Length == fewest && one.Ongoing < MaxOngoing));
    }

    private void PushSoon(RayReplica replica)
    {
        if (!replica.IsPushing)
        {
            replica.IsPushing = true;
            _queue.At(NextTick(replica.Number % 10), () => Push(replica));
        }
    }

    private void Push(RayReplica replica)
    {
        replica.IsPushing = false;
        int[] models = [.. replica.Models];
        _queue.At(NextTick(0), () => Advertise(replica, models));
    }

    private void Advertise(RayReplica replica, int[] models)
    {
        if (replica.IsDead)
        {
            return;
        }

        foreach (var model in _advertised[replica])
        {
            if (_holders[model].Remove(replica) && _holders[model].Count == 0)
            {
                _holders.Remove(model);
            }
        }

        _advertised[replica] = [.. models.Distinct()];
        foreach (var model in _advertised[replica])
        {
            if (!_holders.TryGetValue(model, out var holders))
            {
                _holders[model] = holders = [];
            }

            holders.Add(replica);
        }
    }

    // Each replica's ticks lie elsewhere between the controller's.
    private TimeSpan NextTick(int phase)
    {
        var offset = phase * Tick / 10;
        var ticks = Math.Floor((_queue.Now - offset) / Tick) + 1;
        return (ticks * Tick) + offset;
    }
}
