namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>How the inference scheduler behaves.</summary>
/// <param name="Threads">The number of inference threads.</param>
/// <param name="MaxQueued">How many requests may wait for one.</param>
/// <param name="MaxQueuedPerModel">How many of them may be for one model.</param>
/// <param name="RetryAfter">What is told to those who are refused before a run of their model was measured.</param>
internal sealed record InferenceSchedulerOptions(int Threads, int MaxQueued, int MaxQueuedPerModel, TimeSpan RetryAfter);
