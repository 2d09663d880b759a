using System.Collections.Immutable;

namespace Orleans.Multiplex;

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
