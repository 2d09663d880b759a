namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>Work for a thread.</summary>
internal interface IWork
{
    /// <summary>Does it, on the calling thread; must not throw.</summary>
    /// <param name="threads">Whose thread that is.</param>
    void Run(DedicatedThreads threads);
}
