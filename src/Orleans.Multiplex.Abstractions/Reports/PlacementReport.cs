using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>One decision on where to place a model.</summary>
/// <param name="DecidedBy">The silo that decided.</param>
/// <param name="Age">The time since then.</param>
/// <param name="Chosen">The silo chosen.</param>
/// <param name="Candidates">Every silo that could have been chosen, with the reason for or against it.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PlacementReport")]
public sealed record PlacementReport(string DecidedBy, TimeSpan Age, string Chosen, ImmutableArray<CandidateReport> Candidates);
