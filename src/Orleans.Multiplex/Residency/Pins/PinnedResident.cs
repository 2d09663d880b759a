using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>A pinned model that is resident, as its silo tells of it.</summary>
/// <param name="ModelId">The model.</param>
/// <param name="Version">The version that is resident.</param>
/// <param name="Pins">The pins that keep it; more than one where the default version is pinned by its number too.</param>
/// <param name="Bytes">The bytes charged for it.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PinnedResident")]
internal sealed record PinnedResident(string ModelId, long Version, ImmutableArray<string> Pins, long Bytes);
