using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>The silos that a model may be handed over to, by the rule that places any model.</summary>
internal sealed class HandOverTargets(ResidencyChannel channel, PlacementSnapshots snapshots, ClusterResidencyView view, ModelCopies copies, ILocalSiloDetails local)
{
    /// <summary>Whether another silo may take models.</summary>
    public bool Any => view.Rows.Any(row => !row.Silo.Equals(local.SiloAddress) && row is { IsDraining: false, Pools.IsEmpty: false });

    private IEnumerable<SiloAddress> Others => channel.ActiveSilos.Where(silo => !silo.Equals(local.SiloAddress));

    /// <summary>The silos, the best one first, which is one that has a copy; without those that leave, cannot hold the model, or do not serve its class.</summary>
    public IEnumerable<SiloAddress> Rank(Resident resident)
    {
        var silos = Others.ToDictionary(static silo => silo.ToParsableString(), StringComparer.Ordinal);
        if (silos.Count == 0)
        {
            yield break;
        }

        var bytes = resident.Reservation?.Memory.HeapBytes ?? 0;
        var decision = PlacementPolicy.Decide(snapshots.Take(resident.Key.ModelId, resident.Pool.Name, bytes, silos.Values).WithHolders(copies.FindList(resident)?.Silos ?? []));
        foreach (var verdict in decision.Verdicts.Where(static one => one.Class is CandidateClass.HoldsModel or CandidateClass.HasRoom or CandidateClass.Full))
        {
            yield return silos[verdict.Silo];
        }
    }

    /// <summary>The model is there, which the silo has not told yet.</summary>
    public void CountSent(Resident resident, SiloAddress target) => snapshots.CountSent(target, resident.Pool.Name, resident.Reservation?.Memory.HeapBytes ?? 0);
}
