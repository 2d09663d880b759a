using System.Collections.Immutable;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>What all silos counted together in each slot of the last quarter of an hour, the newest last.</summary>
/// <param name="HitRatios">Hits of answered requests; null where there were none.</param>
/// <param name="ColdStarts">Cold starts per second.</param>
/// <param name="Refused">Refused requests per second.</param>
/// <param name="HitRatio">Hits of answered requests, over all slots; null where there were none.</param>
internal sealed record ClusterSeries(IReadOnlyList<double?> HitRatios, IReadOnlyList<double?> ColdStarts, IReadOnlyList<double?> Refused, double? HitRatio)
{
    public static ClusterSeries Of(ImmutableArray<SiloHistory> silos)
    {
        // A silo that came later has fewer slots; the last ones of all are of the same seconds.
        var length = silos.IsEmpty ? 0 : silos.Max(static silo => silo.Slots.Length);
        var slots = Enumerable.Range(0, length)
            .Select(i => silos.Select(silo => i - length + silo.Slots.Length).Zip(silos, static (at, silo) => at < 0 ? default : silo.Slots[at]).ToList())
            .Select(static slots => (Hits: slots.Sum(static slot => slot.Hits), Cold: slots.Sum(static slot => slot.ColdStarts), Refused: slots.Sum(static slot => slot.Refused)))
            .ToList();
        return new ClusterSeries(
            [.. slots.Select(static slot => Ratio(slot.Hits, slot.Cold))],
            [.. slots.Select(static slot => (double?)PerSecond(slot.Cold))],
            [.. slots.Select(static slot => (double?)PerSecond(slot.Refused))],
            Ratio(slots.Sum(static slot => (long)slot.Hits), slots.Sum(static slot => (long)slot.Cold)));
    }

    private static double? Ratio(long hits, long cold) => hits + cold == 0 ? null : (double)hits / (hits + cold);

    private static double PerSecond(int count) => count / SiloHistory.SlotLength.TotalSeconds;
}
