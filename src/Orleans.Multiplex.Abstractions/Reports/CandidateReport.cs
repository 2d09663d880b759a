namespace Orleans.Multiplex;

/// <summary>A silo that could have been chosen for a model.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Reason">Why it was chosen, or why not.</param>
[GenerateSerializer, Immutable, Alias("multiplex.CandidateReport")]
public sealed record CandidateReport(string Silo, string Reason);
