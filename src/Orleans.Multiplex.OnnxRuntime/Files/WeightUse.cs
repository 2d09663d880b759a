namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>The weights of a model by what is done with them.</summary>
/// <param name="Bytes">All of them, and what they expand to.</param>
/// <param name="PackedBytes">Those that ONNX Runtime copies into an order of its own when it opens a model: "packing".</param>
internal readonly record struct WeightUse(long Bytes, long PackedBytes);
