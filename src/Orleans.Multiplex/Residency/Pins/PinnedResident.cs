using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>A pinned model that is resident, as its silo tells of it.</summary>
/// <param name="ModelId">The model.</param>
/// <param name="Version">The version that is resident.</param>
/// <param name="Pins">The pins that keep it; more than one where the default version is pinned by its number too, none where its own settings alone do.</param>
/// <param name="Bytes">The bytes charged for it.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PinnedResident")]
internal sealed record PinnedResident(string ModelId, long Version, ImmutableArray<string> Pins, long Bytes)
{
    /// <summary>Whether its own settings keep it.</summary>
    [Id(0)]
    public bool IsPinnedByFile { get; init; }

    /// <summary>The pin of its own settings.</summary>
    public string OwnPin => new ResidentKey(ModelPool.OfStore, ModelId, Version).GetName(isOneOfSeveral: true);

    /// <summary>All pins that keep it, that of its own settings included.</summary>
    public ImmutableArray<string> AllPins => IsPinnedByFile && !Pins.Contains(OwnPin) ? Pins.Add(OwnPin) : Pins;
}
