using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>What came of a scenario for one system.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="System">The system.</param>
/// <param name="Tally">Its hits and loads.</param>
internal sealed record Outcome(Scenario Scenario, ServingSystem System, Tally Tally)
{
    /// <summary>The loads of the whole run.</summary>
    public long AllLoads { get; init; }

    /// <summary>Of this project's cluster alone: what silos sent each other.</summary>
    public GossipRate? Gossip { get; init; }

    /// <summary>Of this project's cluster alone: what became of requests that found no model loaded.</summary>
    public Arrivals? Arrivals { get; init; }
}
