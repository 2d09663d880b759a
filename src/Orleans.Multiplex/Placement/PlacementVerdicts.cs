using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Multiplex.Placement;

/// <summary>Why each silo was chosen or not, in words. Made when somebody asks, from what the decision was made from.</summary>
internal static class PlacementVerdicts
{
    /// <summary>One for each candidate, the chosen one first, then in the order of preference.</summary>
    public static ImmutableArray<CandidateVerdict> Of(PlacementSnapshot snapshot)
    {
        var order = Rendezvous.Of(snapshot.ModelId);
        var ranked = snapshot.Candidates
            .Select(candidate => new Ranked(candidate, Suitability.Of(candidate, snapshot.Bytes), order.GetWeight(candidate.Silo)))
            .OrderBy(static one => one.Suited, Comparer<Suitability>.Create(Suitability.Compare))
            .ThenByDescending(static one => one.Weight)
            .ThenBy(static one => one.Candidate.Silo, StringComparer.Ordinal)
            .ToList();
        return [.. ranked.Select(one => new CandidateVerdict(one.Candidate.Silo, one.Suited.Class, Explain(one, ranked[0])))];
    }

    /// <summary>The reason for the chosen one alone.</summary>
    public static string OfChosen(PlacementSnapshot snapshot, string chosen)
    {
        var candidate = snapshot.Candidates.First(one => one.Silo == chosen);
        var ranked = new Ranked(candidate, Suitability.Of(candidate, snapshot.Bytes), Weight: 0);
        return Explain(ranked, ranked);
    }

    private static string Explain(Ranked one, Ranked best)
    {
        var candidate = one.Candidate;
        var models = candidate.MaxModels < 0
            ? string.Create(CultureInfo.InvariantCulture, $"{candidate.ChargedModels} models")
            : string.Create(CultureInfo.InvariantCulture, $"{candidate.ChargedModels} of {candidate.MaxModels} models");
        var charged = $"{models}, {new ByteSize(candidate.ChargedBytes)} of {new ByteSize(candidate.MaxBytes)}";
        var fact = one.Suited.Class switch
        {
            CandidateClass.HoldsModel => "holds the model",
            CandidateClass.HasRoom => $"has room ({charged})",
            CandidateClass.Unknown => "has not told yet what it holds",
            CandidateClass.Full when candidate is { VictimAge: { } age, NextVictimAge: { } next } =>
                $"is full ({charged}); its next victim was used {DurationText.Of(age)} ago{(next < age ? $", the one after those that go for models on their way about {DurationText.Of(next)}" : "")}",
            CandidateClass.Full => $"is full ({charged}) and has no model that may go",
            CandidateClass.Pinned => $"is full ({charged}), and its pinned models leave no room",
            CandidateClass.TooSmall => $"is too small: it holds {new ByteSize(candidate.MaxBytes)} in all",
            CandidateClass.Draining or _ => "is about to leave",
        };
        return one == best ? $"Chosen: {fact}; {WhyBest(one.Suited)}." : $"Not chosen: {fact}; {WhyNot(one.Suited, best.Suited)}.";
    }

    private static string WhyBest(Suitability best) => best.Class switch
    {
        CandidateClass.HoldsModel => "only its grain has to come back",
        CandidateClass.HasRoom when best.HasFiles => "it has the model's files on its disk and is not much fuller than others, and among equals it is first in this model's order of silos",
        CandidateClass.HasRoom => "the least full with room, and among equals first in this model's order of silos",
        CandidateClass.Full => "its victim is the oldest, and among equals it is first in this model's order of silos",
        _ => "no other silo is better suited",
    };

    private static string WhyNot(Suitability one, Suitability best) => (one.Class == best.Class, one.Class) switch
    {
        (false, _) => "the chosen one is better suited",
        (true, CandidateClass.HasRoom) when best.HasFiles && !one.HasFiles =>
            "the chosen one has the model's files on its disk, and is not much fuller",
        (true, CandidateClass.HasRoom) when one.Fullness > best.Fullness => "it is fuller than the chosen one",
        (true, CandidateClass.Full) when one.Band < best.Band => "its victim is younger than the chosen one's",
        (true, _) when best.HasFiles && !one.HasFiles => "as good, but the chosen one has the model's files on its disk",
        _ => "as good, but later in this model's order of silos",
    };

    private sealed record Ranked(SiloCandidate Candidate, Suitability Suited, ulong Weight);
}
