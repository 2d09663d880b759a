namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>What came of requests that did not find their model loaded.</summary>
internal sealed class Arrivals
{
    /// <summary>Those that waited for a load under way.</summary>
    public long Waited { get; set; }

    /// <summary>Those that an old address led past the director.</summary>
    public long Stale { get; set; }

    /// <summary>How often a silo without room passed a model on.</summary>
    public long PassedOn { get; set; }

    /// <summary>Those that went to a silo of which nobody knew yet that it had died.</summary>
    public long Lost { get; set; }
}
