namespace Orleans.Multiplex;

/// <summary>One model on one silo, at one moment.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.ResidentModel")]
public sealed record ResidentModel
{
    /// <summary>The model's id.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>The version; 0 for models of own classes that have none.</summary>
    [Id(1)]
    public required long Version { get; init; }

    /// <summary>The stage of its life.</summary>
    [Id(2)]
    public required ResidentState State { get; init; }

    /// <summary>The bytes charged for it; 0 for own classes that do not say theirs.</summary>
    [Id(3)]
    public required long Bytes { get; init; }

    /// <summary>The time since it was last used.</summary>
    [Id(4)]
    public required TimeSpan Age { get; init; }

    /// <summary>The requests that found it resident, since it was loaded.</summary>
    [Id(5)]
    public required long Hits { get; init; }

    /// <summary>The requests that use it now, or wait for it to be loaded.</summary>
    [Id(6)]
    public required int InFlight { get; init; }

    /// <summary>How long its load took, waits included; null while it is being loaded.</summary>
    [Id(7)]
    public required TimeSpan? LoadTime { get; init; }

    /// <summary>Whether a pin keeps it.</summary>
    [Id(8)]
    public bool IsPinned { get; init; }

    /// <summary>How far the fetch of its files is; null when none is under way.</summary>
    [Id(9)]
    public FetchReport? Fetch { get; init; }

    /// <summary>The bytes of mapped files charged for it, beside <see cref="Bytes"/>: pages that the kernel may take back and read again.</summary>
    [Id(10)]
    public long MappedBytes { get; init; }

    /// <summary>What the store has that is newer, while the model has not been swapped for it; null when nothing is known to be.</summary>
    [Id(11)]
    public NewerVersionReport? Newer { get; init; }

    /// <summary>Whether it is a copy of a hot model: the model's grain, which decides on its copies, is on another silo.</summary>
    [Id(12)]
    public bool IsCopy { get; init; }

    /// <summary>Whether it goes next when room is needed in its pool: of those not pinned, the one that nobody has used for the longest time.</summary>
    [Id(13)]
    public bool IsNextVictim { get; init; }

    /// <summary>The requests that wait for an inference thread.</summary>
    [Id(14)]
    public int Queued { get; init; }

    /// <summary>The rows of a run, on average since the silo's start; null before the first one, and for own classes.</summary>
    [Id(15)]
    public double? BatchSize { get; init; }
}
