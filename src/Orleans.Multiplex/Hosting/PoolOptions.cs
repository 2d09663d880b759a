using Orleans.Multiplex.Placement;

namespace Orleans.Configuration;

/// <summary>What holds for one pool (<c>Multiplex:Pools:{pool}</c>).</summary>
public sealed class PoolOptions
{
    /// <summary>
    /// The most models of the pool that this silo holds; overrides <see cref="MultiplexedAttribute.MaxModelsPerSilo"/>. Default: null, the
    /// attribute's; −1 is unlimited; any other value below 1 is refused.
    /// </summary>
    public int? MaxModelsPerSilo { get; set; }
}
