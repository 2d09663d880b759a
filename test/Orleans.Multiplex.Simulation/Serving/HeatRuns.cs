using System.Globalization;
using Orleans.Multiplex.Simulation.Reports;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Serving;

/// <summary>Runs scenarios with hot models, each with copies and without, side by side.</summary>
internal static class HeatRuns
{
    public static async Task<IReadOnlyList<HeatOutcome>> RunAsync(IEnumerable<Scenario> scenarios, int seed)
    {
        List<HeatOutcome> outcomes = [];
        foreach (var scenario in scenarios)
        {
            var sides = await Task.WhenAll(
                Task.Run(() => HeatRun.RunAsync(scenario, hasCopies: true, seed)), Task.Run(() => HeatRun.RunAsync(scenario, hasCopies: false, seed)));
            outcomes.Add(new HeatOutcome(scenario, sides[0], sides[1]));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}: {outcomes[^1].Throughput:0.00} times as many answers with copies"));
        }

        return outcomes;
    }
}
