using Orleans.Multiplex.Simulation.Costs;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>The results of the full plan, as files beside the sources.</summary>
internal static class ResultFiles
{
    public static async Task WriteAsync(Report report, IReadOnlyList<Outcome> outcomes, IReadOnlyList<DecisionCost> costs, int seed)
    {
        if (FindFolder() is not { } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        var head = $"# Results\n\nWritten by `Orleans.Multiplex.Simulation full --seed {seed}`; what they mean is in [the README](../README.md).\n\n";
        await File.WriteAllTextAsync(Path.Combine(folder, "results.md"), head + report.Write());
        await File.WriteAllTextAsync(Path.Combine(folder, "hit-ratio.svg"), ShareChart.Draw(outcomes));
        await File.WriteAllTextAsync(Path.Combine(folder, "decision-cost.svg"), LogPlot.Draw("One placement decision, in µs", "silos",
        [
            ("victims of all ages", [.. costs.Select(static cost => ((double)cost.Silos, cost.Decide.TotalMicroseconds))]),
            ("all silos equal", [.. costs.Select(static cost => ((double)cost.Silos, cost.DecideAmongEquals.TotalMicroseconds))]),
            ("with the snapshot", [.. costs.Select(static cost => ((double)cost.Silos, cost.WithSnapshot.TotalMicroseconds))]),
        ], limit: 50));
        await WriteGossipAsync(Path.Combine(folder, "gossip-silos.svg"), "silos", outcomes, "silos-", static one => one.Scenario.Silos);
        await WriteGossipAsync(Path.Combine(folder, "gossip-models.svg"), "models, on 50 silos", outcomes, "models-", static one => one.Scenario.Models);
        Console.WriteLine($"Written to {folder}.");
    }

    private static async Task WriteGossipAsync(string path, string across, IReadOnlyList<Outcome> outcomes, string scenarios, Func<Outcome, double> x)
    {
        List<Outcome> shown = [.. outcomes.Where(one => one.Gossip is not null && one.Scenario.Name.StartsWith(scenarios, StringComparison.Ordinal))];
        await File.WriteAllTextAsync(path, LogPlot.Draw("Bytes that a silo sends in a second, to all others together", across,
        [
            ("rows", Points(static gossip => gossip.Rows)),
            ("lists of files", Points(static gossip => gossip.Files)),
            ("what loaded models take", Points(static gossip => gossip.Footprints)),
            ("news of evictions", Points(static gossip => gossip.Gone)),
            ("answers before evictions", Points(static gossip => gossip.Answers)),
        ], limit: null));

        List<(double X, double Y)> Points(Func<GossipRate, double> y) => [.. shown.Select(one => (x(one), y(one.Gossip!)))];
    }

    private static string? FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.Multiplex.Simulation.csproj")))
            {
                return Path.Combine(folder.FullName, "results");
            }
        }

        return null;
    }
}
