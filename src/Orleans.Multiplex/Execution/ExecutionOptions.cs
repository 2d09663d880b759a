namespace Orleans.Multiplex.Execution;

/// <summary>How inference runs on a silo (<c>Multiplex:Execution</c>).</summary>
public sealed class ExecutionOptions
{
    /// <summary>
    /// The number of inference threads, which bounds how many runs go on at once. Default: 0, which means as many as the process has cores;
    /// not negative.
    /// </summary>
    public int Threads { get; set; }

    /// <summary>How many requests may wait for an inference thread; further ones are refused. Default: 4096; above zero.</summary>
    public int MaxQueued { get; set; } = 4096;
}
