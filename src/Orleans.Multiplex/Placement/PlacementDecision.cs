using System.Collections.Immutable;

namespace Orleans.Multiplex.Placement;

/// <summary>Where a model goes, and for every silo that could have been chosen why or why not.</summary>
/// <param name="Chosen">The silo chosen.</param>
/// <param name="Verdicts">One for each candidate, the chosen one first, then in the order of preference.</param>
internal sealed record PlacementDecision(string Chosen, ImmutableArray<CandidateVerdict> Verdicts);
