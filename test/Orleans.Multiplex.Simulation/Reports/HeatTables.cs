using System.Globalization;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>What copies of hot models have come to, as tables.</summary>
internal static class HeatTables
{
    private static readonly double[] Growing = [0, 1, 2, 3, 5, 10, 20];
    private static readonly double[] Shrinking = [0, 10, 15, 25, 50, 100];

    public static string Write(IReadOnlyList<HeatOutcome> outcomes) => outcomes.Count == 0 ? "" : string.Join('\n', WriteAnswers(outcomes), WriteCopies(outcomes));

    private static string WriteAnswers(IReadOnlyList<HeatOutcome> outcomes) => "Hot models, with copies and without: requests answered in a second, and the hit ratio of all other models meanwhile.\n\n" + MarkdownTable.Write(
        ["scenario", "silos", "hot models", "asked for", "answered with copies", "without", "times", "times, of all requests", "others' hit ratio with copies", "without", "of it", "room left by copies", "evicted for copies", "last used before, at least"],
        outcomes.Select(static one => (string[])
        [
            one.Scenario.Name,
            Figures.Count(one.Scenario.Silos),
            Figures.Count(one.Heat.Models),
            Figures.Number(one.PerSecond(one.With.Tally.HotAnswered + one.With.Tally.HotRefused)),
            Figures.Number(one.PerSecond(one.With.Tally.HotAnswered)),
            Figures.Number(one.PerSecond(one.Without.Tally.HotAnswered)),
            one.Throughput.ToString("0.00", CultureInfo.InvariantCulture),
            one.AllThroughput.ToString("0.00", CultureInfo.InvariantCulture),
            Figures.Ratio(one.With.HitRatio),
            Figures.Ratio(one.Without.HitRatio),
            Figures.Ratio(one.OthersShare),
            Figures.Ratio(one.RoomLeft),
            Figures.Count(one.With.Tally.Displaced),
            one.With.Tally.Displaced == 0 ? "" : $"{Figures.Number(one.With.Tally.LeastVictimAge.TotalSeconds)} s",
        ]));

    private static string WriteCopies(IReadOnlyList<HeatOutcome> outcomes) => "Silos that have a hot model, summed over the hot models.\n\n" + MarkdownTable.Write(
        [
            "scenario",
            .. Growing.Select(static seconds => string.Create(CultureInfo.InvariantCulture, $"hot for {seconds} s")),
            .. Shrinking.Select(static seconds => string.Create(CultureInfo.InvariantCulture, $"cool for {seconds} s")),
            "at the end",
        ],
        outcomes.Select(static one => (IReadOnlyList<string>)
        [
            one.Scenario.Name,
            .. Growing.Select(seconds => Figures.Count(one.GetHot(seconds))),
            .. Shrinking.Select(seconds => Figures.Count(one.GetCooled(seconds))),
            Figures.Count(one.AtEnd),
        ]));
}
