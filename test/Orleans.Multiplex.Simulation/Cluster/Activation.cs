using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>The one activation of a model in the cluster, as the grain directory and the address caches have it; or a copy of the model on another silo.</summary>
/// <param name="model">The model's number.</param>
/// <param name="silo">Where it is.</param>
/// <param name="resident">The model that it holds.</param>
internal sealed class Activation(int model, SimulatedSilo silo, Resident resident)
{
    public int Model => model;

    public SimulatedSilo Silo => silo;

    public Resident Resident => resident;

    /// <summary>Its line for inference threads.</summary>
    public ModelRuns Runs { get; } = new(resident.Name, new BusyTime(silo.Clock.Time), silo.Threads?.Busy ?? new BusyTime(silo.Clock.Time));

    /// <summary>Of a copy that is on its way: what it may displace was last used longer ago; null otherwise.</summary>
    public TimeSpan? Displaces { get; init; }

    /// <summary>When it has ended by eviction; null before, and of one that went with its silo.</summary>
    public TimeSpan? EndedAt { get; set; }
}
