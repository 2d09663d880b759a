using System.Collections.Immutable;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>What the body of an inference request says.</summary>
/// <param name="Id">The caller's own name for the request, which the answer repeats; null when it gave none.</param>
/// <param name="Inputs">The inputs that are read.</param>
/// <param name="BinaryInputs">The inputs whose bytes are still to come, behind the JSON.</param>
/// <param name="Outputs">The outputs wanted.</param>
/// <param name="Timeout">The time allowed; null when it gave none.</param>
/// <param name="Priority">How urgent it is, 1 being the most; 0 when it does not say.</param>
internal sealed record InferBody(
    string? Id,
    ImmutableArray<ModelValue> Inputs,
    ImmutableArray<BinaryInput> BinaryInputs,
    WantedOutputs Outputs,
    TimeSpan? Timeout,
    int Priority);
