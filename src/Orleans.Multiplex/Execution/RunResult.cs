using System.Collections.Immutable;

namespace Orleans.Multiplex.Execution;

/// <summary>What a run gave.</summary>
/// <param name="Outputs">The outputs in the order asked for.</param>
/// <param name="Times">Where its time went.</param>
public readonly record struct RunResult(ImmutableArray<ModelValue> Outputs, RunTimes Times);
