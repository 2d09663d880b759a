namespace Orleans.Multiplex.Execution;

/// <summary>How the inference scheduler behaves.</summary>
/// <param name="Threads">The number of inference threads.</param>
/// <param name="MaxQueued">How many requests may wait for one.</param>
/// <param name="RetryAfter">What is told to those who find the queue full.</param>
internal sealed record InferenceSchedulerOptions(int Threads, int MaxQueued, TimeSpan RetryAfter);
