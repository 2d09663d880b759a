namespace Orleans.Multiplex.Placement;

/// <summary>Finds out whether a model that has no address is on a silo all the same.</summary>
internal interface IHolderSearch
{
    /// <summary>A silo that holds the model, or loads it; null when there is none, or nothing can have cost the model its address of late, for then nobody is asked.</summary>
    /// <param name="pool">The model's pool.</param>
    /// <param name="key">The model.</param>
    /// <param name="silos">The silos that may hold it.</param>
    Task<SiloAddress?> FindAsync(string pool, ModelKey key, IReadOnlyCollection<SiloAddress> silos);
}
