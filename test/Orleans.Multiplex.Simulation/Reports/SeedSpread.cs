using System.Globalization;
using Orleans.Multiplex.Simulation.Serving;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>How far the same scenarios come apart with other seeds: the least and the most of each figure.</summary>
internal static class SeedSpread
{
    public static string Write(IReadOnlyList<Report> reports) => $"Least and most over {reports.Count} seeds.\n\n" + MarkdownTable.Write(
        ["scenario", "share of a global LRU's hit ratio", "hits, by Ray Serve's rule 1", "hits, by ModelMesh's rule 1"],
        reports.SelectMany(static report => report.Outcomes.GroupBy(static one => one.Scenario.Name)).GroupBy(static runs => runs.Key).Select(static scenario =>
        {
            var runs = scenario.Select(static run => run.ToDictionary(static one => one.System, static one => one.Tally.HitRatio)).ToList();
            return (string[])
            [
                scenario.Key,
                Range(runs, ServingSystem.GlobalLru),
                Range(runs, ServingSystem.RayServe),
                Range(runs, ServingSystem.ModelMesh),
            ];
        }).Concat(reports.SelectMany(static report => report.Heats).GroupBy(static one => one.Scenario.Name).Select(static scenario => (string[])
        [
            string.Create(CultureInfo.InvariantCulture, $"{scenario.Key}: {scenario.Min(static one => one.Throughput):0.00}..{scenario.Max(static one => one.Throughput):0.00} times as many answers with copies"),
            "",
            "",
            "",
        ])));

    private static string Range(List<Dictionary<ServingSystem, double>> runs, ServingSystem other)
    {
        var parts = runs.Select(run => run[ServingSystem.Multiplex] / run[other]).ToList();
        return $"{Figures.Ratio(parts.Min())}..{Figures.Ratio(parts.Max())}";
    }
}
