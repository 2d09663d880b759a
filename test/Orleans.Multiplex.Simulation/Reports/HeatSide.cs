using Orleans.Multiplex.Simulation.Cluster.Copies;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>What came of a scenario with hot models, with copies or without.</summary>
/// <param name="Tally">Requests and copies.</param>
/// <param name="Others">The requests for other models while it was counted.</param>
/// <param name="OtherHits">Those of them that found their model loaded.</param>
internal sealed record HeatSide(HeatTally Tally, long Others, long OtherHits)
{
    public double HitRatio => (double)OtherHits / Others;
}
