namespace Orleans.Multiplex.Placement;

/// <summary>Finds out whether a model that has no address is on a silo all the same.</summary>
internal interface IHolderSearch
{
    /// <summary>A silo that holds the model, or loads it; null when there is none, or nothing can have cost the model its address, for then nobody is asked.</summary>
    Task<SiloAddress?> FindAsync(string pool, ModelKey key);
}
