namespace Orleans.Multiplex;

/// <summary>What a version of a model is in the cluster, as the protocol's repository index names it.</summary>
public enum ModelIndexState
{
    /// <summary>A silo holds it.</summary>
    Ready,

    /// <summary>It is being loaded, or waits for that.</summary>
    Loading,

    /// <summary>It is on its way out of the one silo that has it.</summary>
    Unloading,

    /// <summary>It was unloaded, or its load failed. A request loads it (again).</summary>
    Unavailable,
}
