using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Reports;
using Orleans.Multiplex.Simulation.Rivals;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Serving;

/// <summary>One scenario, served by one system.</summary>
internal static class ScenarioRun
{
    public static async Task<Outcome> RunAsync(Scenario scenario, ServingSystem system, int seed, Action<double> progress)
    {
        var queue = new EventQueue();
        var catalogue = new Catalogue(scenario, seed);
        if (system == ServingSystem.Multiplex)
        {
            await using var cluster = new MultiplexCluster(scenario, catalogue, queue);
            return new Outcome(scenario, system, Simulation.Run(scenario, cluster, queue, seed, progress))
            {
                AllLoads = cluster.Loads,
                Arrivals = cluster.Arrivals,
                Gossip = GossipRate.Of(cluster.Gossip, scenario),
            };
        }

        IServingSystem rival = system switch
        {
            ServingSystem.GlobalLru => new GlobalLru(scenario, catalogue, seed),
            ServingSystem.RayServe => new RayServe(scenario, catalogue, queue, seed),
            _ => new ModelMesh(scenario, catalogue, queue, seed),
        };
        var tally = Simulation.Run(scenario, rival, queue, seed, progress);
        return new Outcome(scenario, system, tally) { AllLoads = rival.Loads };
    }
}
