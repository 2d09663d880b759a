using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>The one activation of a model in the cluster, as the grain directory and the address caches have it.</summary>
/// <param name="model">The model's number.</param>
/// <param name="silo">Where it is.</param>
/// <param name="resident">The model that it holds.</param>
internal sealed class Activation(int model, SimulatedSilo silo, Resident resident)
{
    public int Model => model;

    public SimulatedSilo Silo => silo;

    public Resident Resident => resident;

    /// <summary>When it has ended by eviction; null before, and of one that went with its silo.</summary>
    public TimeSpan? EndedAt { get; set; }
}
