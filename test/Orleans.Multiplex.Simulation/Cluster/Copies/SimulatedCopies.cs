using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>The copies of a cluster: who looks after them, takes them in, and drops them.</summary>
/// <param name="scenario">What is simulated.</param>
/// <param name="limits">How many copies models may have.</param>
/// <param name="catalogue">The models.</param>
/// <param name="queue">The events.</param>
/// <param name="cluster">The cluster.</param>
internal sealed class SimulatedCopies(Scenario scenario, CopyLimits limits, Catalogue catalogue, EventQueue queue, MultiplexCluster cluster) : ICopyCluster
{
    /// <summary>How long after it a drop is tried again where the copy is in use.</summary>
    private static readonly TimeSpan DropAgain = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<SimulatedSilo, (SiloLoads Loads, SimulatedReception Reception)> _silos = [];

    public CopyBook Book { get; } = new();

    /// <summary>Requests, and what came of them.</summary>
    public CopiedModels Requests => field ??= new CopiedModels(scenario, catalogue, queue, Book, Find, activation => _silos[activation.Silo].Loads.Leave(activation.Resident));

    public Activation? Find(int model) => cluster.Look(model);

    public IEnumerable<Activation> GetPresent(SimulatedSilo silo) => _silos[silo].Loads.Present;

    public IEnumerable<SimulatedSilo> Rank(SimulatedSilo silo, int model) => cluster.Rank(silo, model);

    public bool TryTake(SimulatedSilo silo, int model, TimeSpan age, Action<Activation> ready) =>
        Find(model)?.Silo != silo && _silos[silo].Reception.TryTake(model, age, copy =>
        {
            // The grain may have come there meanwhile.
            if (Find(model)?.Silo != silo)
            {
                Book.Add(copy);
            }

            ready(copy);
            Note();
        });

    public void Drop(int model, SiloAddress silo)
    {
        if (Book.Find(model, silo) is { } copy)
        {
            Book.Remove(copy);
            Note();
            Drop(copy);
        }
    }

    /// <summary>A silo looks after its models' copies from now on.</summary>
    public void Watch(SimulatedSilo silo, SiloLoads loads)
    {
        _silos.Add(silo, (loads, new SimulatedReception(silo, loads, catalogue)));
        var keeper = new SimulatedKeeper(silo, limits, catalogue, this);
        var phase = CopyRule.Period * (silo.Number % 10) / 10;
        queue.After(CopyRule.Period + phase, Look);

        void Look()
        {
            keeper.Look();
            queue.After(CopyRule.Period, Look);
        }
    }

    /// <summary>A load has ended, and the request that it was for runs; one of a copy was for none.</summary>
    public void OnReady(Activation activation)
    {
        if (_silos[activation.Silo].Reception.TryComplete(activation))
        {
            _silos[activation.Silo].Loads.Leave(activation.Resident);
        }
        else
        {
            Note();
            Requests.Run(activation.Silo, activation);
        }
    }

    /// <summary>A model has gone, for another one or for none. Where it was its grain that went and it has copies, one of them has the grain now, and is returned.</summary>
    public Activation? OnEvicted(Activation victim, Activation? successor)
    {
        if (successor?.Displaces is { } bound)
        {
            Requests.Tally.CountDisplaced(victim.Resident.Age, bound);
        }

        var isCopy = Book.Find(victim.Model, victim.Silo.SiloAddress) == victim;
        if (isCopy)
        {
            Book.Remove(victim);
        }

        var next = isCopy || cluster.Look(victim.Model) != victim ? null : Book.Promote(victim.Model);
        queue.After(TimeSpan.Zero, Note);
        return next;
    }

    private void Drop(Activation copy)
    {
        if (!_silos[copy.Silo].Loads.TryEvict(copy.Resident))
        {
            queue.After(DropAgain, () => Drop(copy));
        }
    }

    // The hot models come after all others.
    private void Note() => Requests.Tally.Note(
        queue.Now, Enumerable.Range(scenario.Models, scenario.AllModels - scenario.Models).Sum(model => (Find(model) is null ? 0 : 1) + Book.Count(model)));
}
