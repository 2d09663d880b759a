using System.Collections.Immutable;
using Orleans.Multiplex.Calls.Copies;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>The silos that have a model ready.</summary>
/// <param name="Model">The model as callers name it.</param>
/// <param name="Silos">The silos; the first one has the model's grain, and decides on the others.</param>
/// <param name="Stamp">Stands for the silos in their order (<see cref="CopyNews.Stamp"/>).</param>
[GenerateSerializer, Immutable, Alias("multiplex.CopyList")]
internal sealed record CopyList(string Model, ImmutableArray<SiloAddress> Silos, long Stamp)
{
    /// <summary>A list of these silos.</summary>
    public static CopyList Of(string model, IEnumerable<SiloAddress> silos)
    {
        ImmutableArray<SiloAddress> all = [.. silos];

        // The same on all silos, and never 0 or below, which say something else.
        var stamp = all.Aggregate(17L, static (hash, silo) => unchecked((hash * 1_000_003) + silo.GetConsistentHashCode()));
        return new CopyList(model, all, (stamp & long.MaxValue) | 1);
    }

    /// <summary>The silo that has the model's grain.</summary>
    public SiloAddress First => Silos[0];

    /// <summary>The silos that have a copy.</summary>
    public IEnumerable<SiloAddress> Others => Silos.Skip(1);

    /// <summary>The list with one silo more.</summary>
    public CopyList With(SiloAddress silo) => Silos.Contains(silo) ? this : Of(Model, Silos.Add(silo));

    /// <summary>The list with only those of its copies.</summary>
    public CopyList Where(Func<SiloAddress, bool> stays) => Others.All(stays) ? this : Of(Model, Others.Where(stays).Prepend(First));
}
