using System.Collections.Immutable;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Placement;

/// <summary>Makes the snapshot that a decision is made from: what was last heard of each silo, and what was sent there since.</summary>
internal sealed class PlacementSnapshots(ClusterResidencyView view, ResidencyPublisher? own, ILocalSiloDetails local)
{
    public PlacementSnapshot Take(string modelId, string pool, long bytes, IEnumerable<SiloAddress> silos)
    {
        ImmutableArray<SiloCandidate> candidates = [.. silos.Select(silo => Describe(silo, pool) with { HasFiles = view.Find(silo)?.Row.Cached?.MayContain(modelId) == true })];
        var here = candidates.Select(one => one.Silo).ToList().IndexOf(local.SiloAddress.ToParsableString());
        if (own is not null && here >= 0)
        {
            // This silo is taken as it is now, so that one that passes a model on never chooses itself by old news. A model that was sent here since
            // the last row that was told counts until its charge is seen: charges that came since then are taken for those of such models.
            var (now, told) = (Describe(own.GetRow(), pool), candidates[here]);
            candidates = candidates.SetItem(here, now with
            {
                HasFiles = told.HasFiles,
                ChargedModels = Math.Max(now.ChargedModels, told.ChargedModels),
                ChargedBytes = Math.Max(now.ChargedBytes, told.ChargedBytes),
            });

            // It may never be charged, when another silo's director was the first to place it. So room that is here is used before a model is evicted elsewhere.
            if (!candidates.Any(one => one.IsKnown && !one.IsDraining && one.HasRoom(bytes)))
            {
                candidates = candidates.SetItem(here, now with { HasFiles = told.HasFiles });
            }
        }

        return new PlacementSnapshot(modelId, bytes, candidates);
    }

    /// <summary>This silo.</summary>
    public SiloCandidate TakeOwn(string pool) => Take("", pool, 0, [local.SiloAddress]).Candidates[0];

    /// <summary>The other silos that hold the pool, of those that were heard of.</summary>
    public ImmutableArray<SiloCandidate> TakeOthers(string pool) =>
        Take("", pool, 0, view.Silos.Where(silo => !silo.Equals(local.SiloAddress) && Holds(silo, pool))).Candidates;

    /// <summary>Counts a model as sent to a silo, until the silo tells the next time: so a burst spreads.</summary>
    public void CountSent(SiloAddress silo, string pool, long bytes) => view.Find(silo)?.CountSent(pool, bytes);

    /// <summary>What a silo says of a pool.</summary>
    public static SiloCandidate Describe(SiloRow silo, string pool) => silo.Pools.FirstOrDefault(row => row.Pool == pool) is { } row
        ? new SiloCandidate
        {
            Silo = silo.Silo.ToParsableString(),
            IsDraining = silo.IsDraining,
            MaxModels = row.MaxModels,
            ChargedModels = row.ChargedModels,
            MaxBytes = silo.MaxBytes,
            ChargedBytes = silo.ChargedBytes,
            VictimAge = row.VictimAge,
            PinnedModels = pool == ModelPool.OfStore ? silo.Pinned.Length : 0,
            PinnedBytes = silo.Pinned.Sum(static one => one.Bytes),
        }
        : new SiloCandidate { Silo = silo.Silo.ToParsableString(), IsKnown = false };

    private bool Holds(SiloAddress silo, string pool) => view.Find(silo)?.Row.Pools.Any(row => row.Pool == pool) == true;

    private SiloCandidate Describe(SiloAddress silo, string pool)
    {
        if (view.Find(silo) is not { } heard)
        {
            return new SiloCandidate { Silo = silo.ToParsableString(), IsKnown = false };
        }

        var told = Describe(heard.Row, pool);
        return told with
        {
            ChargedModels = told.ChargedModels + heard.GetSentModels(pool),
            ChargedBytes = told.ChargedBytes + heard.SentBytes,
            VictimAge = told.VictimAge + view.GetAge(heard),
        };
    }
}
