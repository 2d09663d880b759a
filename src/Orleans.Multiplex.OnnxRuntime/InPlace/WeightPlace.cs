using System.Collections.Immutable;

namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>Where a weight of a model lies.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Tensor">The message in the model's file that it is.</param>
/// <param name="File">The other file that holds its elements, as the model names it; null where they lie in that message.</param>
/// <param name="Data">Its elements, as they lie in memory: a field of that message, or a part of the other file.</param>
internal sealed record WeightPlace(string Name, TensorType Type, ImmutableArray<long> Shape, FilePart Tensor, string? File, FilePart Data);
