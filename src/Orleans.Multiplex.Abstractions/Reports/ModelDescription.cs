using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>What a model of the store is: its versions, inputs and outputs.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.ModelDescription")]
public sealed record ModelDescription
{
    /// <summary>The model's id.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>The version described.</summary>
    [Id(1)]
    public required long Version { get; init; }

    /// <summary>The versions that the store has, lowest first.</summary>
    [Id(2)]
    public required ImmutableArray<long> Versions { get; init; }

    /// <summary>Its inputs and outputs.</summary>
    [Id(3)]
    public required ModelSignature Signature { get; init; }

    /// <summary>The bytes that it will take when it is loaded, as its file lets one expect; 0 when that is not known.</summary>
    [Id(4)]
    public long Bytes { get; init; }

    /// <summary>What silos tell each other of a model of which they have nothing but its name and the length of its files.</summary>
    internal static ModelSignature UnknownSignature { get; } = new("", [], []);

    /// <summary>Whether its inputs and outputs are known. Callers get no other description.</summary>
    internal bool IsKnown => Signature.Platform.Length > 0;
}
