using System.Collections.Immutable;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>A tensor that a run will take or give, all of it known but the elements.</summary>
/// <param name="Name">The input or output.</param>
/// <param name="Type">The element type, which is not text.</param>
/// <param name="Shape">The dimensions.</param>
/// <param name="Bytes">What its elements take.</param>
internal readonly record struct TensorPlan(string Name, TensorType Type, ImmutableArray<long> Shape, long Bytes);
