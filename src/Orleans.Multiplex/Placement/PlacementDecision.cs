using System.Collections.Immutable;

namespace Orleans.Multiplex.Placement;

/// <summary>Where a model goes, and for every silo that could have been chosen why or why not.</summary>
/// <param name="Chosen">The silo chosen.</param>
/// <param name="Verdicts">One for each candidate, the chosen one first, then in the order of preference.</param>
internal sealed record PlacementDecision(string Chosen, ImmutableArray<CandidateVerdict> Verdicts);

/// <summary>Why a silo was chosen or not.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Class">How well it is suited.</param>
/// <param name="Reason">The reason in words.</param>
internal sealed record CandidateVerdict(string Silo, CandidateClass Class, string Reason);

/// <summary>How well a silo is suited for a model, best first.</summary>
internal enum CandidateClass
{
    /// <summary>The model fits without an eviction.</summary>
    HasRoom,

    /// <summary>Nothing is known of the silo yet.</summary>
    Unknown,

    /// <summary>Another model has to go for it.</summary>
    Full,

    /// <summary>What is pinned there leaves no room for it.</summary>
    Pinned,

    /// <summary>The model is larger than all that the silo may hold.</summary>
    TooSmall,

    /// <summary>The silo is about to leave.</summary>
    Draining,
}
