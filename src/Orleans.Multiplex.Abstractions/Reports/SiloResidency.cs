using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>What one silo holds, at one moment.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.SiloResidency")]
public sealed record SiloResidency
{
    /// <summary>The silo's name, as responses give it.</summary>
    [Id(0)]
    public required string Silo { get; init; }

    /// <summary>The silo's address in the cluster.</summary>
    [Id(1)]
    public required string Address { get; init; }

    /// <summary>The bytes that models may take on this silo.</summary>
    [Id(2)]
    public required long MaxBytes { get; init; }

    /// <summary>The bytes charged: those of resident models, of models being loaded, and of claims.</summary>
    [Id(3)]
    public required long ChargedBytes { get; init; }

    /// <summary>Whether the silo takes no new models because it is about to leave.</summary>
    [Id(4)]
    public required bool IsDraining { get; init; }

    /// <summary>The pools of the silo, one for each grain class that serves models.</summary>
    [Id(5)]
    public required ImmutableArray<PoolResidency> Pools { get; init; }
}

/// <summary>What one pool of a silo holds, at one moment.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.PoolResidency")]
public sealed record PoolResidency
{
    /// <summary>The pool's name, as settings use it.</summary>
    [Id(0)]
    public required string Pool { get; init; }

    /// <summary>The most models that may be resident; −1 when only the bytes are limited.</summary>
    [Id(1)]
    public required int MaxModels { get; init; }

    /// <summary>The models charged: resident ones, those being loaded, and claims.</summary>
    [Id(2)]
    public required int ChargedModels { get; init; }

    /// <summary>The models, most recently used first.</summary>
    [Id(3)]
    public required ImmutableArray<ResidentModel> Models { get; init; }
}

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
}
