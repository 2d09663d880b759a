using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Reports;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Serving;

/// <summary>One scenario with hot models, with copies of them or without.</summary>
internal static class HeatRun
{
    /// <summary>What an operator sets who wants no copies.</summary>
    private static readonly CopyLimits One = new(1, 1);

    public static async Task<HeatSide> RunAsync(Scenario scenario, bool hasCopies, int seed)
    {
        var queue = new EventQueue();
        await using var cluster = new MultiplexCluster(scenario, new Catalogue(scenario, seed), queue, hasCopies ? CopyLimits.Default : One);
        var (others, hits) = (0L, 0L);
        foreach (var request in RequestStream.Of(scenario, seed))
        {
            queue.RunUntil(request.At);
            var isHit = cluster.Serve(request);
            if (request.Model < scenario.Models && scenario.Heat!.IsCounted(queue.Now))
            {
                others++;
                hits += isHit ? 1 : 0;
            }
        }

        return new HeatSide(cluster.Heat!, others, hits);
    }
}
