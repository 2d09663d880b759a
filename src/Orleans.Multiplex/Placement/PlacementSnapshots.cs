using System.Collections.Immutable;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Placement;

/// <summary>Makes the snapshot that a decision is made from: what was last heard of each silo, and what was sent there since.</summary>
internal sealed class PlacementSnapshots(ClusterResidencyView view, ResidencyPublisher? own, ILocalSiloDetails local)
{
    public PlacementSnapshot Take(string modelId, string pool, long bytes, IEnumerable<SiloAddress> silos)
    {
        var fresh = own?.GetRow();
        return new PlacementSnapshot(
            modelId, bytes, [.. silos.Select(silo => fresh is not null && silo.Equals(fresh.Silo) ? DescribeOwn(fresh, pool) : Describe(silo, pool))]);
    }

    /// <summary>This silo among all that were heard of, and the others.</summary>
    public (SiloCandidate Own, ImmutableArray<SiloCandidate> Others) TakeAround(string pool)
    {
        var others = view.Silos.Where(silo => !silo.Equals(local.SiloAddress) && Holds(silo, pool));
        var candidates = Take("", pool, 0, [local.SiloAddress, .. others]).Candidates;
        return (candidates[0], candidates.RemoveAt(0));
    }

    /// <summary>Counts a model as sent to a silo, until the silo tells the next time: so a burst spreads.</summary>
    public void CountSent(SiloAddress silo, string pool, long bytes) => view.Find(silo)?.CountSent(pool, bytes);

    private bool Holds(SiloAddress silo, string pool) => view.Find(silo)?.Row.Pools.Any(row => row.Pool == pool) == true;

    // The own row is taken fresh, so that a silo that passes a model on never chooses itself by old news. A model that was sent here since the last row that
    // was told counts until its charge is seen: charges that came since then are taken for those of the models that were sent.
    private SiloCandidate DescribeOwn(SiloRow fresh, string pool)
    {
        if (view.Find(fresh.Silo) is null)
        {
            view.Update(fresh);
        }

        var told = Describe(fresh.Silo, pool);
        return fresh.Pools.FirstOrDefault(row => row.Pool == pool) is not { } row
            ? told
            : told with
            {
                IsDraining = fresh.IsDraining,
                ChargedModels = Math.Max(row.ChargedModels, told.ChargedModels),
                ChargedBytes = Math.Max(fresh.ChargedBytes, told.ChargedBytes),
                VictimAge = row.VictimAge,
            };
    }

    private SiloCandidate Describe(SiloAddress silo, string pool)
    {
        var name = silo.ToParsableString();
        if (view.Find(silo) is not { } heard || heard.Row.Pools.FirstOrDefault(row => row.Pool == pool) is not { } row)
        {
            return new SiloCandidate { Silo = name, IsKnown = false };
        }

        return new SiloCandidate
        {
            Silo = name,
            IsDraining = heard.Row.IsDraining,
            MaxModels = row.MaxModels,
            ChargedModels = row.ChargedModels + heard.GetSentModels(pool),
            MaxBytes = heard.Row.MaxBytes,
            ChargedBytes = heard.Row.ChargedBytes + heard.SentBytes,
            VictimAge = row.VictimAge + view.GetAge(heard),
        };
    }
}
