using System.Collections.Immutable;

namespace Orleans.Multiplex.Placement;

/// <summary>What a decision is made from: the model, and what is known of each silo that could take it.</summary>
/// <param name="ModelId">The model's id without its version, so that all versions prefer the same silos.</param>
/// <param name="Bytes">The bytes that it will take; 0 when not known.</param>
/// <param name="Candidates">The silos that could take it.</param>
internal sealed record PlacementSnapshot(string ModelId, long Bytes, ImmutableArray<SiloCandidate> Candidates)
{
    /// <summary>The same where silos have the model already.</summary>
    public PlacementSnapshot WithHolders(IReadOnlyCollection<SiloAddress> holders)
    {
        if (holders.Count == 0)
        {
            return this;
        }

        var silos = holders.Select(static silo => silo.ToParsableString()).ToHashSet(StringComparer.Ordinal);
        return this with { Candidates = [.. Candidates.Select(one => silos.Contains(one.Silo) ? one with { HoldsModel = true } : one)] };
    }
}
