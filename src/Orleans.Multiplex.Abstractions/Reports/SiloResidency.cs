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

    /// <summary>The bytes of mapped files that models may use on this silo beside <see cref="MaxBytes"/>.</summary>
    [Id(6)]
    public long MaxMappedBytes { get; init; }

    /// <summary>The bytes of mapped files charged.</summary>
    [Id(7)]
    public long ChargedMappedBytes { get; init; }

    /// <summary>Its disk cache of model files; null for a silo without a store, or while its disk does not answer.</summary>
    [Id(8)]
    public CacheReport? Cache { get; init; }

    /// <summary>How far it has handed its models over; null while it does not leave.</summary>
    [Id(9)]
    public DrainReport? Drain { get; init; }

    /// <summary>How many models are still to be loaded here or elsewhere that the silo's settings have loaded at its start (<c>Multiplex:Copies:{model}:MinCopies</c>).</summary>
    [Id(10)]
    public int Preloading { get; init; }

    /// <summary>The part of the silo's inference threads that was busy lately, 0 to 1.</summary>
    [Id(11)]
    public double Utilisation { get; init; }

    /// <summary>What it has counted and how it does; null for one that does not tell.</summary>
    [Id(12)]
    public SiloFigures? Figures { get; init; }
}
