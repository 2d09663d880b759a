using System.Collections.Immutable;

namespace Orleans.Multiplex.Telemetry.Journal;

/// <summary>Events of one silo.</summary>
/// <param name="Events">The events, in their order.</param>
/// <param name="Last">The place of the last of them; where there are none, the place after which they were asked for.</param>
/// <param name="HasMore">Whether more are there already.</param>
[GenerateSerializer, Immutable, Alias("multiplex.JournalPage")]
internal sealed record JournalPage(ImmutableArray<ClusterEvent> Events, long Last, bool HasMore);
