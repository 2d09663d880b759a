namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>Why a run was not queued, or made way for another.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="RetryAfter">When to come again.</param>
internal sealed record Refusal(RefusalReason Reason, TimeSpan RetryAfter);
