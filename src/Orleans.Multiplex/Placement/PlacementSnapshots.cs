using System.Collections.Immutable;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Placement;

/// <summary>Makes the snapshot that a decision is made from: what was last heard of each silo, and what was sent there since.</summary>
internal sealed class PlacementSnapshots(ClusterResidencyView view, ResidencyPublisher? own, ILocalSiloDetails local)
{
    public PlacementSnapshot Take(string modelId, string pool, long bytes, IEnumerable<SiloAddress> silos)
    {
        var key = FilterKey.Of(modelId);
        var here = -1;
        var builder = ImmutableArray.CreateBuilder<SiloCandidate>();
        foreach (var silo in silos)
        {
            here = silo.Equals(local.SiloAddress) ? builder.Count : here;
            builder.Add(Describe(silo, pool, key));
        }

        var candidates = builder.DrainToImmutable();
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
    public static SiloCandidate Describe(SiloRow silo, string pool) => Describe(silo, pool, heard: null, TimeSpan.Zero, hasFiles: false);

    private bool Holds(SiloAddress silo, string pool) => view.Find(silo) is { } heard && FindPool(heard.Row, pool) is not null;

    private SiloCandidate Describe(SiloAddress silo, string pool, FilterKey key) => view.Find(silo) is { } heard
        ? Describe(heard.Row, pool, heard, view.GetAge(heard), heard.Row.Cached?.MayContain(key) == true)
        : Unknown(silo, hasFiles: false);

    private static SiloCandidate Describe(SiloRow silo, string pool, HeardRow? heard, TimeSpan age, bool hasFiles) => FindPool(silo, pool) is { } row
        ? new SiloCandidate
        {
            Silo = silo.Silo.ToParsableString(),
            IsDraining = silo.IsDraining,
            MaxModels = row.MaxModels,
            ChargedModels = row.ChargedModels + (heard?.GetSentModels(pool) ?? 0),
            MaxBytes = silo.MaxBytes,
            ChargedBytes = silo.ChargedBytes + (heard?.SentBytes ?? 0),
            HasFiles = hasFiles,
            VictimAge = row.VictimAge + age,
            PinnedModels = pool == ModelPool.OfStore ? silo.Pinned.Length : 0,
            PinnedBytes = silo.Pinned.IsEmpty ? 0 : silo.Pinned.Sum(static one => one.Bytes),
        }
        : Unknown(silo.Silo, hasFiles);

    private static SiloCandidate Unknown(SiloAddress silo, bool hasFiles) => new() { Silo = silo.ToParsableString(), IsKnown = false, HasFiles = hasFiles };

    // A loop: it runs for each silo at each decision.
    private static PoolRow? FindPool(SiloRow silo, string pool)
    {
        foreach (var row in silo.Pools)
        {
            if (row.Pool == pool)
            {
                return row;
            }
        }

        return null;
    }
}
