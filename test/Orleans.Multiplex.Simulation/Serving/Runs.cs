using System.Globalization;
using Orleans.Multiplex.Simulation.Reports;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Serving;

/// <summary>Runs scenarios for all systems, some runs side by side. Each is on one thread and has a seed, so the order does not matter.</summary>
internal static class Runs
{
    /// <summary>Memory, not processors, is what a machine has too little of for more.</summary>
    private const int MostParallel = 2;

    public static async Task<IReadOnlyList<Outcome>> RunAsync(IReadOnlyList<Scenario> scenarios, int seed)
    {
        var start = TimeProvider.System.GetTimestamp();
        var systems = Enum.GetValues<ServingSystem>();
        var outcomes = new Outcome[scenarios.Count * systems.Length];

        // The longest first, so that none is left to run alone.
        var runs = Enumerable.Range(0, outcomes.Length)
            .Select(i => (Index: i, Scenario: scenarios[i / systems.Length], System: systems[i % systems.Length]))
            .OrderByDescending(static run => run.Scenario.Silos * (run.System == ServingSystem.Multiplex ? 100 : 1))
            .ThenByDescending(static run => run.Scenario.Requests);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Min(MostParallel, Environment.ProcessorCount) };
        await Parallel.ForEachAsync(runs, options, async (run, _) =>
        {
            var name = $"{run.Scenario.Name}, {run.System}";
            var outcome = await ScenarioRun.RunAsync(
                run.Scenario, run.System, seed, done => Say(start, string.Create(CultureInfo.InvariantCulture, $"{name}: {100 * done:0} %")));
            Say(start, string.Create(CultureInfo.InvariantCulture, $"{name}: hit ratio {outcome.Tally.HitRatio:0.0000}"));
            outcomes[run.Index] = outcome;
        });
        return outcomes;
    }

    private static void Say(long start, string what) => Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(start).TotalSeconds,6:0} s  {what}"));
}
