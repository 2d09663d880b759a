namespace Orleans.Multiplex.Placement;

/// <summary>Why a silo was chosen or not.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Class">How well it is suited.</param>
/// <param name="Reason">The reason in words.</param>
internal sealed record CandidateVerdict(string Silo, CandidateClass Class, string Reason);
