using System.Collections.Immutable;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>What the body of an inference request says.</summary>
/// <param name="Id">The caller's own name for the request, which the answer repeats; null when it gave none.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs wanted, in the order wanted; empty for all.</param>
/// <param name="Timeout">The time allowed; null when it gave none.</param>
internal sealed record InferBody(string? Id, ImmutableArray<ModelValue> Inputs, ImmutableArray<string> Outputs, TimeSpan? Timeout);
