namespace Orleans.Multiplex.Hosting;

/// <summary>What a silo is for.</summary>
internal enum SiloRole
{
    /// <summary>It holds models.</summary>
    HoldsModels,

    /// <summary>It only sends calls on to the silos that do.</summary>
    RoutesOnly,
}
