using System.Collections.Immutable;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Placement;

/// <summary>Makes the snapshot that a decision is made from: what was last heard of each silo, and what was sent there since.</summary>
internal sealed class PlacementSnapshots(ClusterResidencyView view, ResidencyPublisher? own, ILocalSiloDetails local)
{
    public PlacementSnapshot Take(string modelId, string pool, long bytes, IEnumerable<SiloAddress> silos)
    {
        // The own row is taken fresh, so that a silo that passes a model on never chooses itself by old news.
        if (own is not null)
        {
            view.Update(own.GetRow());
        }

        return new PlacementSnapshot(modelId, bytes, [.. silos.Select(silo => Describe(silo, pool))]);
    }

    /// <summary>This silo.</summary>
    public SiloCandidate TakeOwn(string pool) => Take("", pool, 0, [local.SiloAddress]).Candidates[0];

    /// <summary>The other silos that hold the pool, of those that were heard of.</summary>
    public ImmutableArray<SiloCandidate> TakeOthers(string pool) =>
        Take("", pool, 0, view.Silos.Where(silo => !silo.Equals(local.SiloAddress) && Holds(silo, pool))).Candidates;

    /// <summary>Counts a model as sent to a silo, until the silo tells the next time: so a burst spreads.</summary>
    public void CountSent(SiloAddress silo, string pool, long bytes) => view.Find(silo)?.CountSent(pool, bytes);

    private bool Holds(SiloAddress silo, string pool) => view.Find(silo)?.Row.Pools.Any(row => row.Pool == pool) == true;

    /// <summary>What a silo says of a pool.</summary>
    public static SiloCandidate Describe(SiloRow silo, string pool)
    {
        var name = silo.Silo.ToParsableString();
        return silo.Pools.FirstOrDefault(row => row.Pool == pool) is not { } row
            ? new SiloCandidate { Silo = name, IsKnown = false }
            : new SiloCandidate
            {
                Silo = name,
                IsDraining = silo.IsDraining,
                MaxModels = row.MaxModels,
                ChargedModels = row.ChargedModels,
                MaxBytes = silo.MaxBytes,
                ChargedBytes = silo.ChargedBytes,
                VictimAge = row.VictimAge,
            };
    }

    private SiloCandidate Describe(SiloAddress silo, string pool)
    {
        if (view.Find(silo) is not { } heard)
        {
            return new SiloCandidate { Silo = silo.ToParsableString(), IsKnown = false };
        }

        var said = Describe(heard.Row, pool);
        return said with
        {
            ChargedModels = said.ChargedModels + heard.GetSentModels(pool),
            ChargedBytes = said.ChargedBytes + heard.SentBytes,
            VictimAge = said.VictimAge + view.GetAge(heard),
        };
    }
}
