using System.Collections.Immutable;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>What a request got of a run.</summary>
/// <param name="Outputs">Its outputs.</param>
/// <param name="Queued">How long it waited for a thread.</param>
/// <param name="Took">How long the run took.</param>
/// <param name="Times">Where that went.</param>
/// <param name="Share">The part of the run that it had.</param>
internal readonly record struct InferenceOutcome(
    ImmutableArray<ModelValue> Outputs, TimeSpan Queued, TimeSpan Took, RunTimes Times, RunShare Share);
