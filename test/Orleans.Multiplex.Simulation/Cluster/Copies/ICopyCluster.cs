namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>What silos that look after copies look at, and act on.</summary>
internal interface ICopyCluster
{
    /// <summary>Where copies are.</summary>
    CopyBook Book { get; }

    /// <summary>Where a model's grain is; null where it has none.</summary>
    Activation? Find(int model);

    /// <summary>The models that are ready on a silo.</summary>
    IEnumerable<Activation> GetPresent(SimulatedSilo silo);

    /// <summary>The other silos that a silo would offer a model, the best one first.</summary>
    IEnumerable<SimulatedSilo> Rank(SimulatedSilo silo, int model);

    /// <summary>Offers a silo a copy. False when it takes none.</summary>
    bool TryTake(SimulatedSilo silo, int model, TimeSpan age, Action<Activation> ready);

    /// <summary>Has a silo drop a copy.</summary>
    void Drop(int model, SiloAddress silo);
}
