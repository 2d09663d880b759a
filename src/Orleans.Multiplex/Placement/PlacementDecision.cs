using System.Collections.Immutable;

namespace Orleans.Multiplex.Placement;

/// <summary>Where a model goes, and for every silo that could have been chosen why or why not.</summary>
/// <param name="chosen">The silo chosen.</param>
/// <param name="snapshot">What it was chosen from.</param>
internal sealed class PlacementDecision(string chosen, PlacementSnapshot snapshot)
{
    public string Chosen => chosen;

    /// <summary>How many silos it was made among.</summary>
    public int Candidates => snapshot.Candidates.Length;

    /// <summary>Why the chosen one was, in words.</summary>
    public string WhyChosen => PlacementVerdicts.OfChosen(snapshot, chosen);

    /// <summary>One for each candidate, the chosen one first, then in the order of preference. Written anew each time it is asked for.</summary>
    public ImmutableArray<CandidateVerdict> Verdicts => PlacementVerdicts.Of(snapshot);
}
