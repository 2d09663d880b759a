namespace Orleans.Multiplex.Placement;

/// <summary>What is known of a silo that could take a model.</summary>
internal sealed record SiloCandidate
{
    /// <summary>The silo's address, in the text form that all silos have of it.</summary>
    public required string Silo { get; init; }

    /// <summary>Whether the silo has told anything yet.</summary>
    public bool IsKnown { get; init; } = true;

    /// <summary>Whether the silo has the model ready, as it told.</summary>
    public bool HoldsModel { get; init; }

    /// <summary>Whether the silo takes no new models.</summary>
    public bool IsDraining { get; init; }

    /// <summary>The most models of the pool that the silo holds; −1 for no limit.</summary>
    public int MaxModels { get; init; } = -1;

    /// <summary>The models charged there, with those that were sent there since it told.</summary>
    public int ChargedModels { get; init; }

    /// <summary>The bytes that the silo may hold.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>The bytes charged there, with those of models that were sent there since it told.</summary>
    public long ChargedBytes { get; init; }

    /// <summary>Whether the silo's machine has files of the model, most likely.</summary>
    public bool HasFiles { get; init; }

    /// <summary>The age of the model that the silo would evict next; null when it has none that may go.</summary>
    public TimeSpan? VictimAge { get; init; }

    /// <summary>
    /// The age of its victim when those have gone that have to go for models which are on their way there: the fraction of the silo that they take is about the fraction
    /// by which it is younger, since what nobody uses stands in the order of its coming.
    /// </summary>
    public TimeSpan? NextVictimAge => VictimAge * (1 - Math.Clamp(Math.Max((double)(ChargedBytes - MaxBytes) / MaxBytes, MaxModels < 0 ? 0 : (double)(ChargedModels - MaxModels) / MaxModels), 0, 1));

    /// <summary>The models of the pool there that pins keep.</summary>
    public int PinnedModels { get; init; }

    /// <summary>The bytes there of models that pins keep.</summary>
    public long PinnedBytes { get; init; }

    /// <summary>Whether a model of so many bytes fits beside what is pinned, when all else goes.</summary>
    public bool CanMakeRoom(long bytes) => (MaxModels < 0 || PinnedModels < MaxModels) && bytes <= MaxBytes - PinnedBytes;

    /// <summary>Whether a model of so many bytes fits without an eviction.</summary>
    public bool HasRoom(long bytes) =>
        (MaxModels < 0 || ChargedModels < MaxModels) && Math.Max(bytes, 1) <= MaxBytes - ChargedBytes;
}
