namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>Runs of one model that may go together in one, and how that is done. Two runs go together where they have the same object.</summary>
internal abstract class RunKind
{
    /// <summary>The most rows of a run; a single one that has more goes alone.</summary>
    public abstract int MaxRows { get; }

    /// <summary>How long a run waits for company before it is ready for a thread.</summary>
    public abstract TimeSpan MaxDelay { get; }

    /// <summary>Runs several together, on the calling thread, and ends each of them; must not throw.</summary>
    public abstract void Run(IReadOnlyList<ScheduledRun> runs);
}
