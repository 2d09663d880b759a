namespace Orleans.Multiplex.Placement;

/// <summary>How well a candidate is suited for a model, before the model's own order of silos decides among equals.</summary>
/// <param name="Class">The class.</param>
/// <param name="Fullness">How full it is, in steps; of one with room.</param>
/// <param name="Band">The band of its victim's age; of a full one.</param>
/// <param name="HasFiles">Whether it has the model's files.</param>
internal readonly record struct Suitability(CandidateClass Class, int Fullness, int Band, bool HasFiles)
{
    /// <summary>How coarse fullness is compared.</summary>
    private const int FullnessSteps = 8;

    /// <summary>How many of these steps a silo may be fuller that has the files.</summary>
    private const int StepsForFiles = 2;

    public static Suitability Of(SiloCandidate candidate, long bytes)
    {
        var suited = Classify(candidate, bytes);
        return new Suitability(
            suited,
            suited == CandidateClass.HasRoom ? GetFullness(candidate) : 0,
            suited == CandidateClass.Full ? AgeBands.GetBand(candidate.NextVictimAge) : 0,
            candidate.HasFiles);
    }

    public static CandidateClass Classify(SiloCandidate candidate, long bytes) => candidate switch
    {
        { IsDraining: true } => CandidateClass.Draining,
        { HoldsModel: true } => CandidateClass.HoldsModel,
        { IsKnown: false } => CandidateClass.Unknown,
        _ when bytes > candidate.MaxBytes => CandidateClass.TooSmall,
        _ when candidate.HasRoom(bytes) => CandidateClass.HasRoom,
        _ when !candidate.CanMakeRoom(bytes) => CandidateClass.Pinned,
        _ => CandidateClass.Full,
    };

    /// <summary>Below zero when the first is the better place, 0 when neither is.</summary>
    public static int Compare(Suitability one, Suitability other) =>
        one.Class != other.Class ? one.Class - other.Class
        : one.Fullness != other.Fullness ? one.Fullness - other.Fullness
        : one.Band != other.Band ? other.Band - one.Band
        : other.HasFiles.CompareTo(one.HasFiles);

    private static int GetFullness(SiloCandidate candidate)
    {
        var models = candidate.MaxModels < 0 ? 0 : (double)candidate.ChargedModels / candidate.MaxModels;
        return (int)(FullnessSteps * Math.Max(models, (double)candidate.ChargedBytes / candidate.MaxBytes)) - (candidate.HasFiles ? StepsForFiles : 0);
    }
}
