using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Multiplex.Placement;

/// <summary>Decides where a model goes that nobody holds. A pure function: no clock, no chance, no I/O.</summary>
/// <remarks>
/// <list type="number">
/// <item>The silo that has the model already, where only its grain went.</item>
/// <item>Silos with room, the least full first, by the fraction of their quota that is charged, in steps of an eighth. That a silo has the model's files
/// on its disk is worth two steps: to fetch them takes longer than all else, but a silo with all files must not get all models.</item>
/// <item>Where none has room: the silo whose next victim is oldest, in bands of age that double, so that the cluster as a whole evicts
/// what is oldest in the cluster; then one that has the files.</item>
/// <item>Among equals: the model's own order of silos (<see cref="Rendezvous"/>).</item>
/// </list>
/// A silo that has told nothing yet comes after those that are known to have room; one that is too small or leaves comes last.
/// </remarks>
internal static class PlacementPolicy
{
    /// <summary>How coarse fullness is compared.</summary>
    private const int FullnessSteps = 8;

    /// <summary>How many of these steps a silo may be fuller that has the files.</summary>
    private const int StepsForFiles = 2;

    /// <param name="snapshot">At least one candidate.</param>
    public static PlacementDecision Decide(PlacementSnapshot snapshot)
    {
        var ranked = snapshot.Candidates
            .Select(candidate => new Ranked(
                candidate,
                Classify(candidate, snapshot.Bytes),
                GetFullness(candidate),
                AgeBands.GetBand(candidate.VictimAge),
                Rendezvous.GetWeight(snapshot.ModelId, candidate.Silo)))
            .OrderBy(one => one.Class)
            .ThenBy(one => one.Class == CandidateClass.HasRoom ? one.Fullness : 0)
            .ThenByDescending(one => one.Class == CandidateClass.Full ? one.Band : 0)
            .ThenByDescending(one => one.Candidate.HasFiles)
            .ThenByDescending(one => one.Weight)
            .ThenBy(one => one.Candidate.Silo, StringComparer.Ordinal)
            .ToImmutableArray();
        var best = ranked[0];
        return new PlacementDecision(
            best.Candidate.Silo, [.. ranked.Select(one => new CandidateVerdict(one.Candidate.Silo, one.Class, Explain(one, best)))]);
    }

    /// <summary>Whether there is a silo on which a model fits without an eviction.</summary>
    /// <param name="candidates">The silos.</param>
    /// <param name="bytes">The bytes that the model will take; 0 when not known.</param>
    public static bool HasRoom(IEnumerable<SiloCandidate> candidates, long bytes) =>
        candidates.Any(candidate => Classify(candidate, bytes) == CandidateClass.HasRoom);

    /// <summary>
    /// Whether a full silo is a better place than this one, which has no room either: it would evict, for the model, one that is more than a
    /// band of age older than the own victim; or it can hold the model at all, where this silo cannot.
    /// </summary>
    /// <param name="own">This silo.</param>
    /// <param name="others">The other silos.</param>
    /// <param name="bytes">The bytes that the model will take; 0 when not known.</param>
    public static bool HasBetterFullSilo(SiloCandidate own, IEnumerable<SiloCandidate> others, long bytes) =>
        others.Any(other => Classify(other, bytes) == CandidateClass.Full
            && (!own.CanMakeRoom(bytes) || AgeBands.GetBand(other.VictimAge) > AgeBands.GetBand(own.VictimAge) + 1));

    private static CandidateClass Classify(SiloCandidate candidate, long bytes) => candidate switch
    {
        { IsDraining: true } => CandidateClass.Draining,
        { HoldsModel: true } => CandidateClass.HoldsModel,
        { IsKnown: false } => CandidateClass.Unknown,
        _ when bytes > candidate.MaxBytes => CandidateClass.TooSmall,
        _ when candidate.HasRoom(bytes) => CandidateClass.HasRoom,
        _ when !candidate.CanMakeRoom(bytes) => CandidateClass.Pinned,
        _ => CandidateClass.Full,
    };

    private static int GetFullness(SiloCandidate candidate)
    {
        var models = candidate.MaxModels < 0 ? 0 : (double)candidate.ChargedModels / candidate.MaxModels;
        return (int)(FullnessSteps * Math.Max(models, (double)candidate.ChargedBytes / candidate.MaxBytes)) - (candidate.HasFiles ? StepsForFiles : 0);
    }

    private static string Explain(Ranked one, Ranked best)
    {
        var candidate = one.Candidate;
        var models = candidate.MaxModels < 0
            ? string.Create(CultureInfo.InvariantCulture, $"{candidate.ChargedModels} models")
            : string.Create(CultureInfo.InvariantCulture, $"{candidate.ChargedModels} of {candidate.MaxModels} models");
        var charged = $"{models}, {new ByteSize(candidate.ChargedBytes)} of {new ByteSize(candidate.MaxBytes)}";
        var fact = one.Class switch
        {
            CandidateClass.HoldsModel => "holds the model",
            CandidateClass.HasRoom => $"has room ({charged})",
            CandidateClass.Unknown => "has not told yet what it holds",
            CandidateClass.Full when candidate.VictimAge is { } age => string.Create(
                CultureInfo.InvariantCulture, $"is full ({charged}); its next victim was used {age.TotalSeconds:0.#} s ago"),
            CandidateClass.Full => $"is full ({charged}) and has no model that may go",
            CandidateClass.Pinned => $"is full ({charged}), and its pinned models leave no room",
            CandidateClass.TooSmall => $"is too small: it holds {new ByteSize(candidate.MaxBytes)} in all",
            CandidateClass.Draining or _ => "is about to leave",
        };
        return one == best ? $"Chosen: {fact}; {WhyBest(one)}." : $"Not chosen: {fact}; {WhyNot(one, best)}.";
    }

    private static string WhyBest(Ranked best) => best.Class switch
    {
        CandidateClass.HoldsModel => "only its grain has to come back",
        CandidateClass.HasRoom when best.Candidate.HasFiles => "it has the model's files on its disk and is not much fuller than others, and among equals it is first in this model's order of silos",
        CandidateClass.HasRoom => "the least full with room, and among equals first in this model's order of silos",
        CandidateClass.Full => "its victim is the oldest, and among equals it is first in this model's order of silos",
        _ => "no other silo is better suited",
    };

    private static string WhyNot(Ranked one, Ranked best) => (one.Class == best.Class, one.Class) switch
    {
        (false, _) => "the chosen one is better suited",
        (true, CandidateClass.HasRoom) when best.Candidate.HasFiles && !one.Candidate.HasFiles =>
            "the chosen one has the model's files on its disk, and is not much fuller",
        (true, CandidateClass.HasRoom) when one.Fullness > best.Fullness => "it is fuller than the chosen one",
        (true, CandidateClass.Full) when one.Band < best.Band => "its victim is younger than the chosen one's",
        (true, _) when best.Candidate.HasFiles && !one.Candidate.HasFiles => "as good, but the chosen one has the model's files on its disk",
        _ => "as good, but later in this model's order of silos",
    };

    private sealed record Ranked(SiloCandidate Candidate, CandidateClass Class, int Fullness, int Band, ulong Weight);
}
