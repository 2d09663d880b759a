using System.Collections.Immutable;

namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>Where a weight lies in a model file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Tensor">The message that it is.</param>
/// <param name="Data">The field of that message that holds its elements, as they lie in memory.</param>
internal sealed record WeightPlace(string Name, TensorType Type, ImmutableArray<long> Shape, FilePart Tensor, FilePart Data);
