using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Simulation.Cluster.Copies;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>
/// This project's cluster: each silo is a place where requests come in, has a director with news of its own, and holds models. Rules are production's; what
/// is simulated is what carries them: time, the network, the grain directory, the loads.
/// </summary>
/// <remarks>
/// <see cref="Look"/> finds the one activation of a model's grain. Copies of hot models, and what inference takes, are simulated only where a scenario has a heat.
/// </remarks>
internal sealed class MultiplexCluster : IServingSystem, IAsyncDisposable
{
    private readonly Scenario _scenario;
    private readonly Catalogue _catalogue;
    private readonly EventQueue _queue;
    private readonly List<SimulatedSilo> _all = [];
    private readonly List<SimulatedSilo> _alive = [];
    private readonly Dictionary<string, SimulatedSilo> _members = [];
    private readonly Dictionary<SimulatedSilo, SiloLoads> _loads = [];
    private readonly Activation?[] _directory;
    private readonly SimulatedCopies? _copies;
    private readonly KnownFootprints _footprints = new();

    public MultiplexCluster(Scenario scenario, Catalogue catalogue, EventQueue queue, CopyLimits? copies = null)
    {
        _scenario = scenario;
        _catalogue = catalogue;
        _queue = queue;
        _directory = new Activation?[scenario.AllModels];
        _copies = scenario.Heat is null ? null : new SimulatedCopies(scenario, copies ?? CopyLimits.Default, catalogue, queue, this);
        for (var i = 0; i < scenario.Silos; i++)
        {
            Join();
        }
    }

    public long Loads { get; private set; }

    /// <summary>What silos told and asked each other.</summary>
    public Gossip Gossip { get; } = new();

    /// <summary>What came of requests and copies, where models are hot; null elsewhere.</summary>
    public HeatTally? Heat => _copies?.Requests.Tally;

    /// <summary>What came of arrivals.</summary>
    public Arrivals Arrivals { get; } = new();

    public bool Serve(ModelRequest request)
    {
        var entry = _alive[(int)(request.Entry * _alive.Count)];
        if (_copies?.Requests.TryServe(entry, request.Model) is { } isHit)
        {
            return isHit;
        }

        var found = entry.Addresses.Find(request.Model, _queue.Now) ?? Look(request.Model);
        if (found is { Silo.IsDead: true })
        {
            // Nobody knows yet that it has died.
            Arrivals.Lost++;
            return false;
        }

        if (found is { EndedAt: null })
        {
            entry.Addresses.Add(found);
            return Call(entry, found);
        }

        // An old address leads past the director: to where the model is now, or to where it was.
        if (found is not null && Look(request.Model) is { } now)
        {
            entry.Addresses.Add(now);
            return !now.Silo.IsDead && Call(entry, now);
        }

        Arrivals.Stale += found is null ? 0 : 1;
        Place(request.Model, entry, found?.Silo ?? Decide(entry, request.Model));
        return false;
    }

    public void Lose(double which)
    {
        var silo = _alive[(int)(which * _alive.Count)];
        _alive.Remove(silo);
        silo.Die(_queue.Now);
        _queue.After(Pace.Detection, () => Forget(silo));
    }

    public void Join()
    {
        var silo = new SimulatedSilo(_all.Count, _scenario, _catalogue, _queue, () => _members.Count, OnTold);
        _all.Add(silo);
        _alive.Add(silo);
        _members.Add(silo.SiloAddress.ToParsableString(), silo);
        var loads = new SiloLoads(silo, _catalogue, _queue, OnEvicted, OnReady);
        _loads.Add(silo, loads);
        silo.Start();
        _copies?.Watch(silo, loads);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _all)
        {
            await silo.DisposeAsync();
        }

        // A silo that ends has a last word.
        Gossip.Dispose();
    }

    /// <summary>Where a model's grain is, as the directory has it; null where it has none.</summary>
    public Activation? Look(int model) => _directory[model] is { } found && !found.Silo.IsKnownDead(_queue.Now) ? found : null;

    /// <summary>The other silos to which a silo would offer a model, the best one first.</summary>
    public IEnumerable<SimulatedSilo> Rank(SimulatedSilo silo, int model)
    {
        Deliver(silo);
        var others = _members.Values.Where(other => other != silo).Select(static other => other.SiloAddress);
        return silo.Rank(_catalogue.GetId(model), _catalogue.GetBytes(model), others).Select(address => _members[address]);
    }

    private bool Call(SimulatedSilo entry, Activation activation)
    {
        if (!activation.Resident.TryUse())
        {
            Arrivals.Waited++;
            return false;
        }

        if (_copies is not null)
        {
            _copies.Requests.Run(entry, activation);
            return true;
        }

        Serve(activation);
        return true;
    }

    // A new activation claims room, or is passed on to a silo with a better place for the model, whose own director may pass it on again.
    private void Place(int model, SimulatedSilo entry, SimulatedSilo silo)
    {
        var (id, bytes) = (_catalogue.GetId(model), _catalogue.GetBytes(model));
        Reservation? claim = null;
        while (!silo.IsDead)
        {
            silo.Footprints.Set(ModelPool.OfStore, id, bytes);
            claim = silo.Quota.TryReserve(silo.Pool, bytes);
            if (claim is not null || !silo.IsBetterElsewhere(id, bytes, Ask(silo, id, bytes)))
            {
                break;
            }

            Arrivals.PassedOn++;
            silo = Decide(silo, model);
        }

        if (silo.IsDead)
        {
            Arrivals.Lost++;
            return;
        }

        var resident = new Resident(new ResidentKey(ModelPool.OfStore, id, 0), id, silo.Pool, silo.Clock);
        resident.Gate.TryEnter();
        var activation = new Activation(model, silo, resident);
        _directory[model] = activation;
        entry.Addresses.Add(activation);
        Loads++;
        _loads[silo].Begin(activation, claim);
    }

    private void Serve(Activation activation)
    {
        var loads = _loads[activation.Silo];
        _queue.After(Pace.Service, () => loads.Leave(activation.Resident));
    }

    private void OnReady(Activation activation)
    {
        if (_copies is not null)
        {
            _copies.OnReady(activation);
        }
        else
        {
            Serve(activation);
        }
    }

    private void Deliver(SimulatedSilo silo)
    {
        foreach (var other in _members.Values)
        {
            silo.Hear(other, _queue.Now);
        }
    }

    private SimulatedSilo Decide(SimulatedSilo director, int model)
    {
        Deliver(director);
        var id = _catalogue.GetId(model);
        var bytes = Math.Max(director.Footprints.Find(ModelPool.OfStore, id), _footprints.Find(ModelPool.OfStore, id));
        var chosen = _members[director.Decide(id, bytes, _members.Values.Select(static silo => silo.SiloAddress))];
        director.CountSent(chosen, bytes);
        return chosen;
    }

    private List<SiloRow> Ask(SimulatedSilo silo, string modelId, long bytes)
    {
        var others = _alive.Where(other => other != silo).Select(static other => other.SiloAddress).ToList();
        var asked = AskedSilos.Choose(modelId, bytes, others, address => silo.View.Find(address)?.Row);
        List<SiloRow> answers = [.. asked.Select(address => _members[address.ToParsableString()].GetRow())];
        Gossip.CountAnswers(answers);
        return answers;
    }

    private void OnTold(SimulatedSilo silo, SiloRow row)
    {
        silo.Told.Add(_queue.Now, row);

        // In an order of its own: theirs is that of a table whose hashes differ from run to run.
        _footprints.Learn(row.Footprints.Sort(static (one, other) => string.CompareOrdinal(one.ModelId, other.ModelId)));
        Gossip.CountRow(row, _members.Count - 1);
    }

    private void OnEvicted(Activation activation, Activation? successor)
    {
        activation.EndedAt = _queue.Now;
        var next = _copies?.OnEvicted(activation, successor);
        if (_directory[activation.Model] == activation)
        {
            _directory[activation.Model] = next;
        }

        Gossip.CountGone(_members.Count - 1);
    }

    private void Forget(SimulatedSilo dead)
    {
        _members.Remove(dead.SiloAddress.ToParsableString());
        var members = _members.Values.Select(static silo => silo.SiloAddress).ToHashSet();
        _alive.ForEach(silo => silo.View.Retain(members));
    }
}
