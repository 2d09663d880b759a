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
}

/// <summary>The inputs and outputs of a model.</summary>
/// <param name="Platform">What kind of model it is, as the protocol names it: <c>onnx_onnxv1</c>.</param>
/// <param name="Inputs">The inputs, in the model's order.</param>
/// <param name="Outputs">The outputs, in the model's order.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelSignature")]
public sealed record ModelSignature(string Platform, ImmutableArray<ValueSpec> Inputs, ImmutableArray<ValueSpec> Outputs);

/// <summary>What kind of value an input or output is.</summary>
public enum ValueKind
{
    /// <summary>A tensor.</summary>
    Tensor,

    /// <summary>A sequence of tensors.</summary>
    SequenceOfTensors,

    /// <summary>A sequence of maps, as a ZipMap gives it.</summary>
    SequenceOfMaps,

    /// <summary>A map.</summary>
    Map,

    /// <summary>A kind that cannot be carried: sparse tensors and opaque types.</summary>
    Other,
}

/// <summary>One input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What kind of value it is.</param>
/// <param name="Type">The element type: of the tensor, of the tensors in the sequence, or of the values of the map. Null when not known.</param>
/// <param name="Shape">The dimensions of the tensor, or of the tensors in the sequence, −1 where any size will do; default when the model does not say how many there are.</param>
/// <param name="IsOptional">Whether an input may be left out.</param>
/// <param name="KeyType">The type of the keys of the map, or of the maps in the sequence; null when there are none, or it is not known.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ValueSpec")]
public sealed record ValueSpec(
    string Name, ValueKind Kind, TensorType? Type, ImmutableArray<long> Shape, bool IsOptional, TensorType? KeyType = null);
