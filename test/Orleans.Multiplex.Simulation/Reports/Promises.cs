using System.Globalization;
using Orleans.Multiplex.Simulation.Costs;
using Orleans.Multiplex.Simulation.Serving;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>The targets of the project, as far as what was simulated says something on them.</summary>
internal static class Promises
{
    /// <summary>The least share of one global LRU's hit ratio.</summary>
    private const double LeastShare = 0.98;

    /// <summary>
    /// The least share of a rival's hits in one scenario. Where all are near one global LRU, chance decides which is a hair's breadth ahead: more hits are promised over all scenarios together.
    /// </summary>
    private const double LeastOfRival = 0.995;

    private static readonly ServingSystem[] Rivals = [ServingSystem.RayServe, ServingSystem.ModelMesh];

    /// <summary>The largest cluster for which a decision is promised to be quick.</summary>
    private const int ManySilos = 1000;

    /// <summary>How much more silos may tell each other under the most models than under the fewest, when they load as often: nothing, but for chance.</summary>
    private const double MostGossip = 1.1;

    /// <summary>What a silo sends to all others together in a second, at most, of what it tells of itself: in bytes.</summary>
    private const long MostBytes = 64_000;

    /// <summary>What it sends to each other silo, at most, of a load and an eviction: in bytes.</summary>
    private const int MostBytesOfLoad = 175;

    private static readonly TimeSpan MostForDecision = TimeSpan.FromMicroseconds(50);

    public static IEnumerable<Promise> Of(IReadOnlyList<Outcome> outcomes, IReadOnlyList<DecisionCost> costs) =>
    [
        .. outcomes.GroupBy(static one => one.Scenario.Name).SelectMany(static group => OfHits(group.ToDictionary(static one => one.System))),
        .. outcomes.Count == 0 ? [] : Rivals.Select(rival => OfAllHits(outcomes, rival)),
        .. costs.Where(static cost => cost.Silos == ManySilos).Select(OfDecision),
        .. OfBytes([.. outcomes.Where(static one => one.Gossip is not null)]),
        .. OfGossip([.. outcomes.Where(static one => one.Gossip is not null && one.Scenario.Name.StartsWith("models-", StringComparison.Ordinal))]),
    ];

    private static IEnumerable<Promise> OfHits(Dictionary<ServingSystem, Outcome> outcomes)
    {
        var own = outcomes[ServingSystem.Multiplex];
        var share = own.Tally.HitRatio / outcomes[ServingSystem.GlobalLru].Tally.HitRatio;
        yield return new Promise(
            $"{own.Scenario.Name}: at least {LeastShare.ToString(CultureInfo.InvariantCulture)} of a global LRU's hit ratio", Figures.Ratio(share), share >= LeastShare);
        foreach (var rival in Rivals.Select(system => outcomes[system]))
        {
            var part = (double)own.Tally.Hits / rival.Tally.Hits;
            yield return new Promise(
                $"{own.Scenario.Name}: at least {LeastOfRival.ToString(CultureInfo.InvariantCulture)} of the hits by {Palette.GetName(rival.System)}", Figures.Ratio(part), part >= LeastOfRival);
        }
    }

    private static Promise OfAllHits(IReadOnlyList<Outcome> outcomes, ServingSystem rival)
    {
        var (own, other) = (CountHits(outcomes, ServingSystem.Multiplex), CountHits(outcomes, rival));
        return new Promise($"all scenarios together: more hits than by {Palette.GetName(rival)}", $"{Figures.Count(own)} > {Figures.Count(other)}", own > other);
    }

    private static long CountHits(IReadOnlyList<Outcome> outcomes, ServingSystem system) => outcomes.Where(one => one.System == system).Sum(static one => one.Tally.Hits);

    private static Promise OfDecision(DecisionCost cost) => new(
        $"a decision among {ManySilos} silos takes at most {Figures.Microseconds(MostForDecision)}",
        Figures.Microseconds(cost.DecideAmongEquals),
        cost.Decide <= MostForDecision && cost.DecideAmongEquals <= MostForDecision);

    private static IEnumerable<Promise> OfBytes(List<Outcome> outcomes)
    {
        if (outcomes.MaxBy(static one => one.Gossip!.OfItself) is { } most && outcomes.MaxBy(GetBytesOfLoad) is { } dearest)
        {
            yield return new Promise(
                $"a silo tells of itself at most {Figures.Count(MostBytes)} bytes in a second, to however many silos",
                $"{Figures.Number(most.Gossip!.OfItself)} in {most.Scenario.Name}",
                most.Gossip.OfItself <= MostBytes);
            yield return new Promise(
                $"each load, with the eviction for it, takes at most {MostBytesOfLoad} bytes to each other silo",
                $"{Figures.Number(GetBytesOfLoad(dearest))} in {dearest.Scenario.Name}",
                GetBytesOfLoad(dearest) <= MostBytesOfLoad);
        }
    }

    // Over the whole run, since gossip is.
    private static double GetBytesOfLoad(Outcome outcome) =>
        outcome.Gossip!.OfLoads * outcome.Scenario.Silos * outcome.Scenario.Length.TotalSeconds / Math.Max(1, outcome.AllLoads) / Math.Max(1, outcome.Scenario.Silos - 1);

    private static IEnumerable<Promise> OfGossip(List<Outcome> outcomes)
    {
        if (outcomes.Count > 1)
        {
            var (fewest, most) = (outcomes.MinBy(static one => one.Scenario.Models)!, outcomes.MaxBy(static one => one.Scenario.Models)!);
            var factor = most.Gossip!.Sum / fewest.Gossip!.Sum;
            yield return new Promise(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"silos tell each other at most {MostGossip} times as much of {most.Scenario.Models} models as of {fewest.Scenario.Models}"),
                Figures.Ratio(factor),
                factor <= MostGossip);
        }
    }
}
