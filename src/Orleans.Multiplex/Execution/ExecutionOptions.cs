namespace Orleans.Multiplex.Execution;

/// <summary>How inference runs on a silo (<c>Multiplex:Execution</c>).</summary>
public sealed class ExecutionOptions
{
    internal static readonly TimeSpan LongestQueueDelay = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The number of inference threads, which bounds how many runs go on at once; up to three times as many short ones, of at most 300 µs, may go on beside them.
    /// Default: 0, which means as many as the process has cores; not negative.
    /// </summary>
    public int Threads { get; set; }

    /// <summary>How many requests may wait for an inference thread; further ones are refused. Default: 4096; above zero.</summary>
    public int MaxQueued { get; set; } = 4096;

    /// <summary>How many of them may be for one model. Default: 1024; above zero.</summary>
    public int MaxQueuedPerModel { get; set; } = 1024;

    /// <summary>
    /// The most rows that requests for one model may have together where they run as one; a request with more runs alone. They do where they wait for a
    /// thread anyway, and where it was proven that each gets what it gets alone, and sooner. Default: 32; above zero, 1 has each request run alone.
    /// </summary>
    public int MaxBatchSize { get; set; } = 32;

    /// <summary>
    /// How long a request waits for others to run with although a thread is free. Default: zero; at most a minute.
    /// </summary>
    public TimeSpan MaxQueueDelay { get; set; }
}
