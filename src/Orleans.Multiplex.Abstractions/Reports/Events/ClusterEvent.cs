namespace Orleans.Multiplex;

/// <summary>Something that happened on a silo and that an operator may want to know of.</summary>
/// <remarks>
/// Each silo keeps its last ones, some thousands, in memory; they go with it. Repeated refusals and failures of one model for one reason come once a second, with
/// their <see cref="Count"/>.
/// </remarks>
[GenerateSerializer, Immutable, Alias("multiplex.ClusterEvent")]
public sealed record ClusterEvent
{
    /// <summary>The name of the silo on which it happened, or which noticed it.</summary>
    [Id(0)]
    public required string Silo { get; init; }

    /// <summary>Its place among the events of that silo, from 1. With the silo's name and its start it is this event alone.</summary>
    [Id(1)]
    public required long Sequence { get; init; }

    /// <summary>When it happened, by that silo's clock. Later events of one silo are never earlier.</summary>
    [Id(2)]
    public required DateTimeOffset At { get; init; }

    /// <summary>What kind of thing it was.</summary>
    [Id(3)]
    public required ClusterEventKind Kind { get; init; }

    /// <summary>The pool of the model; null for events of silos.</summary>
    [Id(4)]
    public string? Pool { get; init; }

    /// <summary>The model's id; null for events of silos.</summary>
    [Id(5)]
    public string? Model { get; init; }

    /// <summary>The version; 0 where none was found, or the model has none.</summary>
    [Id(6)]
    public long Version { get; init; }

    /// <summary>Why, as one word to filter by: the reason of an eviction, the kind of a failure or refusal, the chosen or affected silo. Empty where there is nothing to tell apart.</summary>
    [Id(7)]
    public string Reason { get; init; } = "";

    /// <summary>What happened and why, for people.</summary>
    [Id(8)]
    public required string Message { get; init; }

    /// <summary>How often it happened since it was last told; 1 unless it is told in sum.</summary>
    [Id(9)]
    public int Count { get; init; } = 1;

    /// <summary>How long it took; null where that has no meaning.</summary>
    [Id(10)]
    public TimeSpan? Took { get; init; }

    /// <summary>The bytes that the model takes, or took, those of mapped files included; null where that has no meaning.</summary>
    [Id(11)]
    public long? Bytes { get; init; }

    /// <summary>Of an eviction, the model that needed the room; null where no other model did.</summary>
    [Id(12)]
    public string? For { get; init; }
}
