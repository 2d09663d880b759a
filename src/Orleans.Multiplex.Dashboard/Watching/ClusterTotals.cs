using System.Collections.Immutable;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>Sums over all silos.</summary>
/// <param name="Resident">Models that are ready somewhere, each version once however many silos have it.</param>
/// <param name="RequestsPerSecond">Requests answered per second.</param>
/// <param name="EvictionsPerSecond">Models evicted per second.</param>
/// <param name="Loading">Models that are being loaded.</param>
internal sealed record ClusterTotals(int Resident, double RequestsPerSecond, double EvictionsPerSecond, int Loading)
{
    public static ClusterTotals Of(ImmutableArray<SiloResidency> silos) => new(
        (from silo in silos from pool in silo.Pools from model in pool.Models where model.State == ResidentState.Ready select (pool.Pool, model.Model, model.Version)).Distinct().Count(),
        silos.Sum(static silo => silo.Figures?.RequestsPerSecond ?? 0),
        silos.Sum(static silo => silo.Figures?.EvictionsPerSecond ?? 0),
        silos.Sum(static silo => silo.Figures?.Loading ?? 0));
}
