using System.Collections.Immutable;

namespace Orleans.Multiplex.Storage;

/// <summary>A model in the list of a store.</summary>
/// <param name="Id">The model's id.</param>
/// <param name="Versions">The versions that the store has, lowest first; at least one.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelListing")]
public sealed record ModelListing(string Id, ImmutableArray<long> Versions);
