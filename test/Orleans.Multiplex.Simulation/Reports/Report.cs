using System.Globalization;
using Orleans.Multiplex.Simulation.Costs;
using Orleans.Multiplex.Simulation.Serving;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>What a run has found, as text.</summary>
internal sealed class Report(IReadOnlyList<Outcome> outcomes, IReadOnlyList<HeatOutcome> heats, IReadOnlyList<DecisionCost> costs)
{
    public IReadOnlyList<Outcome> Outcomes => outcomes;

    public IReadOnlyList<HeatOutcome> Heats => heats;

    public IReadOnlyList<Promise> Promises { get; } = [.. Reports.Promises.Of(outcomes, costs), .. heats.SelectMany(HeatPromises.Of)];

    public IEnumerable<Promise> Broken => Promises.Where(static promise => !promise.IsKept);

    public string Write() => string.Join('\n', new[] { WriteHits(), WriteArrivals(), WriteGossip(), HeatTables.Write(heats), WriteCosts(), WritePromises() }.Where(static part => part.Length > 0));

    private string WriteHits() => outcomes.Count == 0 ? "" : "Hit ratio: the share of requests that found their model loaded.\n\n" + MarkdownTable.Write(
        ["scenario", "silos", "models", "held", "requests", "one global LRU", "Orleans.Multiplex", "of it", "Ray Serve's rule", "ModelMesh's rule", "loads per 1,000: LRU, ours, Ray, ModelMesh"],
        outcomes.GroupBy(static one => one.Scenario).Select(static group =>
        {
            var (scenario, tallies) = (group.Key, group.ToDictionary(static one => one.System, static one => one.Tally));
            return (string[])
            [
                scenario.Name,
                Figures.Count(scenario.Silos),
                Figures.Count(scenario.Models),
                Figures.Count(scenario.Silos * scenario.ModelsPerSilo),
                Figures.Count(tallies[ServingSystem.Multiplex].Requests),
                Figures.Ratio(tallies[ServingSystem.GlobalLru].HitRatio),
                $"**{Figures.Ratio(tallies[ServingSystem.Multiplex].HitRatio)}**",
                Figures.Ratio(tallies[ServingSystem.Multiplex].HitRatio / tallies[ServingSystem.GlobalLru].HitRatio),
                Figures.Ratio(tallies[ServingSystem.RayServe].HitRatio),
                Figures.Ratio(tallies[ServingSystem.ModelMesh].HitRatio),
                string.Join(", ", Enum.GetValues<ServingSystem>().Select(system => Figures.Number(tallies[system].LoadsPerThousand))),
            ];
        }));

    private string WriteArrivals() => outcomes.Count == 0 ? "" : "What became of requests that found nothing loaded, over whole runs of Orleans.Multiplex.\n\n" + MarkdownTable.Write(
        ["scenario", "loads", "waited for a load under way", "led past the director by an old address", "passed on to another silo", "came to a silo that had just died"],
        outcomes.Where(static one => one.Arrivals is not null).Select(static one => (string[])
        [
            one.Scenario.Name,
            Figures.Count(one.AllLoads),
            Figures.Count(one.Arrivals!.Waited),
            Figures.Count(one.Arrivals.Stale),
            Figures.Count(one.Arrivals.PassedOn),
            Figures.Count(one.Arrivals.Lost),
        ]));

    private string WriteGossip() => outcomes.Count == 0 ? "" : "What a silo sends to the others, all of them together: bytes in a second, as Orleans serializes them.\n\n" + MarkdownTable.Write(
        ["scenario", "silos", "models", "loads in a second, per silo", "bytes of a row", "rows in a second, to each", "rows", "lists of files", "answers before evictions", "what loaded models take", "evictions", "sum", "sum to each"],
        outcomes.Where(static one => one.Gossip is not null).Select(static one => (string[])
        [
            one.Scenario.Name,
            Figures.Count(one.Scenario.Silos),
            Figures.Count(one.Scenario.Models),
            (one.Tally.LoadsPerThousand / 1000 * one.Scenario.RequestsPerSecondAndSilo).ToString("0.00", CultureInfo.InvariantCulture),
            Figures.Number(one.Gossip!.BytesPerRow),
            Figures.Number(one.Gossip.RowsToEach),
            Figures.Number(one.Gossip.Rows),
            Figures.Number(one.Gossip.Files),
            Figures.Number(one.Gossip.Answers),
            Figures.Number(one.Gossip.Footprints),
            Figures.Number(one.Gossip.Gone),
            Figures.Number(one.Gossip.Sum),
            Figures.Number(one.Gossip.Sum / (one.Scenario.Silos - 1)),
        ]));

    private string WriteCosts() => costs.Count == 0 ? "" : "What one placement decision takes here.\n\n" + MarkdownTable.Write(
        ["silos", "decision, victims of all ages", "decision, all silos equal", "with the snapshot of what was heard"],
        costs.Select(static cost => (string[])
            [Figures.Count(cost.Silos), Figures.Microseconds(cost.Decide), Figures.Microseconds(cost.DecideAmongEquals), Figures.Microseconds(cost.WithSnapshot)]));

    private string WritePromises() => "Promises.\n\n" + MarkdownTable.Write(
        ["promise", "measured", "kept"],
        Promises.Select(static promise => (string[])[promise.What, promise.Measured, promise.IsKept ? "yes" : "**no**"]));
}
