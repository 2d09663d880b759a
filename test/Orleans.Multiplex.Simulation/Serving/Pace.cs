namespace Orleans.Multiplex.Simulation.Serving;

/// <summary>How fast things go.</summary>
internal static class Pace
{
    /// <summary>How long a request keeps its model in use.</summary>
    public static readonly TimeSpan Service = TimeSpan.FromMilliseconds(5);

    /// <summary>How many models a silo loads at once.</summary>
    public const int ParallelLoads = 4;

    /// <summary>How long a silo that has died still counts as a member: what the cluster's settings promise of one whose process has ended, and a second more.</summary>
    public static readonly TimeSpan Detection = TimeSpan.FromSeconds(2);

    /// <summary>How long a message takes from one silo to another; not the same for all pairs, so that news come in different orders.</summary>
    public static TimeSpan GetDelay(int from, int to) => TimeSpan.FromMicroseconds(500 + (((from * 7919L) + (to * 104_729L)) % 4500));
}
