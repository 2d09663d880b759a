using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Serving;

/// <summary>Sends the requests of a scenario to a system, and lets silos die and join meanwhile.</summary>
internal static class Simulation
{
    /// <summary>After how many requests it is said how far a run is.</summary>
    private const long ProgressEvery = 100_000;

    public static Tally Run(Scenario scenario, IServingSystem system, EventQueue queue, int seed, Action<double> progress)
    {
        PlanDeaths(scenario, system, queue, seed);
        var (number, hits, loadsBefore) = (0L, 0L, 0L);
        foreach (var request in RequestStream.Of(scenario, seed))
        {
            queue.RunUntil(request.At);
            if (number == scenario.FirstCounted)
            {
                loadsBefore = system.Loads;
            }

            var isHit = system.Serve(request);
            hits += isHit && number >= scenario.FirstCounted ? 1 : 0;
            number++;
            if (number % ProgressEvery == 0)
            {
                progress((double)number / scenario.Requests);
            }
        }

        return new Tally(number - scenario.FirstCounted, hits, system.Loads - loadsBefore);
    }

    // In the half that is counted, evenly, each with half of its time alone before the next silo joins.
    private static void PlanDeaths(Scenario scenario, IServingSystem system, EventQueue queue, int seed)
    {
        var random = new Random(seed + 1);
        for (var i = 0; i < scenario.Deaths; i++)
        {
            var which = random.NextDouble();
            queue.At(scenario.Length * (0.5 + (0.5 * (i + 0.25) / scenario.Deaths)), () => system.Lose(which));
            queue.At(scenario.Length * (0.5 + (0.5 * (i + 0.75) / scenario.Deaths)), system.Join);
        }
    }
}
