using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Placement;

/// <summary>
/// Whom a silo asks before it evicts for a model: all others; where those are many, the ones that had room when they were last heard of, or were not heard of yet, and then the first ones in the model's own
/// order, so that nobody is asked more than others. Of the rest the last news count. Pure.
/// </summary>
internal static class AskedSilos
{
    /// <param name="modelId">The model.</param>
    /// <param name="bytes">The bytes that it will take; 0 when not known.</param>
    /// <param name="others">The other silos.</param>
    /// <param name="find">What was last heard of a silo.</param>
    public static IEnumerable<SiloAddress> Choose(string modelId, long bytes, IReadOnlyCollection<SiloAddress> others, Func<SiloAddress, SiloRow?> find)
    {
        if (others.Count <= GossipPace.ManySilos)
        {
            return others;
        }

        var order = Rendezvous.Of(modelId);
        return others
            .OrderByDescending(silo => find(silo) is not { } row || (!row.IsDraining && row.MaxBytes - row.ChargedBytes >= Math.Max(bytes, 1)))
            .ThenByDescending(silo => order.GetWeight(silo.ToParsableString()))
            .Take(GossipPace.ManySilos);
    }
}
