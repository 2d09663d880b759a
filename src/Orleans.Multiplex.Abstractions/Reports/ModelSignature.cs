using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>The inputs and outputs of a model.</summary>
/// <param name="Platform">What kind of model it is, as the protocol names it: <c>onnx_onnxv1</c>.</param>
/// <param name="Inputs">The inputs, in the model's order.</param>
/// <param name="Outputs">The outputs, in the model's order.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelSignature")]
public sealed record ModelSignature(string Platform, ImmutableArray<ValueSpec> Inputs, ImmutableArray<ValueSpec> Outputs);
