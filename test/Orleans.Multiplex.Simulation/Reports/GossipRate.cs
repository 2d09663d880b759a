using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>What a silo sends to the others each second, in bytes.</summary>
/// <param name="BytesPerRow">What a row takes, without the list of files and what loaded models take.</param>
/// <param name="RowsToEach">How many rows it sends to each of the others.</param>
/// <param name="Rows">The bytes of rows, without those two.</param>
/// <param name="Files">The bytes of lists of files.</param>
/// <param name="Footprints">The bytes of what loaded models take.</param>
/// <param name="Gone">The bytes of news of evictions.</param>
/// <param name="Answers">The bytes of answers to those who would evict.</param>
internal sealed record GossipRate(double BytesPerRow, double RowsToEach, double Rows, double Files, double Footprints, double Gone, double Answers)
{
    public double Sum => OfItself + OfLoads;

    /// <summary>What it tells of itself, by itself or when it is asked.</summary>
    public double OfItself => Rows + Files + Answers;

    /// <summary>What it tells of each load, and of the eviction that goes with it.</summary>
    public double OfLoads => Footprints + Gone;

    public static GossipRate Of(Gossip gossip, Scenario scenario)
    {
        var siloSeconds = scenario.Silos * scenario.Length.TotalSeconds;
        return new GossipRate(
            gossip.BytesPerRow,
            gossip.RowMessages / siloSeconds / Math.Max(1, scenario.Silos - 1),
            gossip.RowBytes / siloSeconds,
            gossip.CachedBytes / siloSeconds,
            gossip.FootprintBytes / siloSeconds,
            gossip.GoneBytes / siloSeconds,
            gossip.AnswerBytes / siloSeconds);
    }
}
