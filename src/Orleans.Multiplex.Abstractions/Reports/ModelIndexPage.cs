using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>A part of the list of models.</summary>
/// <param name="Entries">The models of this part.</param>
/// <param name="Next">After which model the next part begins; null when this is the last one.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelIndexPage")]
public sealed record ModelIndexPage(ImmutableArray<ModelIndexEntry> Entries, string? Next);
