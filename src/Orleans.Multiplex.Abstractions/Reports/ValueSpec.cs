using System.Collections.Immutable;

namespace Orleans.Multiplex;

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
