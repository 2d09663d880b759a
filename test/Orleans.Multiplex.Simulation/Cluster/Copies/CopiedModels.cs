using Orleans.Multiplex.Calls.Copies;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>Requests where inference takes time: their callers choose by production's tables of what they heard in answers, and they wait for a thread where they come to.</summary>
/// <param name="scenario">What is simulated.</param>
/// <param name="catalogue">The models.</param>
/// <param name="queue">The events.</param>
/// <param name="book">The copies.</param>
/// <param name="look">Where a model's grain is; null where it has none.</param>
/// <param name="leave">Ends the use of a model.</param>
internal sealed class CopiedModels(Scenario scenario, Catalogue catalogue, EventQueue queue, CopyBook book, Func<int, Activation?> look, Action<Activation> leave)
{
    private readonly Heat _heat = scenario.Heat!;

    /// <summary>What came of requests.</summary>
    public HeatTally Tally { get; } = new();

    /// <summary>Sends a request to a copy where its caller knows of some; null where it goes the way of all others.</summary>
    public bool? TryServe(SimulatedSilo entry, int model)
    {
        if (entry.Tables.Find(catalogue.GetId(model)) is not { } table || table.Choose() is not { } known)
        {
            return null;
        }

        var route = new CopyRoute(table, known);
        if (Find(model, known) is { } activation && activation.Resident.TryUse())
        {
            Run(entry, activation, route);
            return true;
        }

        if (!known.IsFirst)
        {
            table.Remove(known);
        }

        route.End();
        return null;
    }

    /// <summary>Runs a request that has entered its model.</summary>
    public void Run(SimulatedSilo entry, Activation activation, CopyRoute route = default)
    {
        if (TryRun(entry, activation, route))
        {
            return;
        }

        // It is refused, so another one is tried, once.
        leave(activation);
        var other = route.Table?.Choose(route.Copy);
        route.End();
        if (other is null)
        {
            Count(activation.Model, isAnswered: false);
            return;
        }

        var next = new CopyRoute(route.Table, other);
        if (Find(activation.Model, other) is { } copy && copy.Resident.TryUse())
        {
            if (TryRun(entry, copy, next))
            {
                return;
            }

            leave(copy);
        }

        next.End();
        Count(activation.Model, isAnswered: false);
    }

    private Activation? Find(int model, KnownCopy known) => known.IsFirst ? look(model) : book.Find(model, known.Silo);

    private bool TryRun(SimulatedSilo entry, Activation activation, CopyRoute route)
    {
        var stamp = route.Stamp;
        return activation.Silo.Threads!.TryRun(activation.Runs, isAnswered =>
        {
            if (isAnswered)
            {
                entry.Tables.Learn(catalogue.GetId(activation.Model), GetNews(activation, stamp));
            }

            leave(activation);
            route.End();
            Count(activation.Model, isAnswered);
        });
    }

    // As production's silos say it.
    private CopyNews? GetNews(Activation activation, long known)
    {
        var silo = activation.Silo.SiloAddress;
        return book.FindList(activation.Model) is { } list
            ? new CopyNews(
                list.Stamp,
                known == list.Stamp ? default : list.Silos,
                silo,
                Math.Max(0, activation.Resident.Gate.Users - 1),
                activation.Silo.Threads!.GetPace(activation.Runs))
            : known == 0 ? null : new CopyNews(0, [], silo, 0, TimeSpan.Zero);
    }

    private void Count(int model, bool isAnswered)
    {
        if (_heat.IsCounted(queue.Now))
        {
            Tally.Count(isHot: model >= scenario.Models, isAnswered);
        }
    }
}
