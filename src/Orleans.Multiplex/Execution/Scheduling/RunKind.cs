using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>Runs of one model that may go together in one, and how that is done. Two runs go together where they have the same object.</summary>
internal abstract class RunKind
{
    /// <summary>The most rows of a run; a single one that has more goes alone.</summary>
    public abstract int MaxRows { get; }

    /// <summary>How long a run waits for company before it is ready for a thread.</summary>
    public abstract TimeSpan MaxDelay { get; }

    /// <summary>Runs several, on the calling thread, and ends each of them: together, or each alone where that fails, since one of them may be to blame.</summary>
    public void Run(IReadOnlyList<ScheduledRun> runs)
    {
        if (TryRunTraced(runs))
        {
            return;
        }

        var haveSucceeded = true;
        foreach (var run in runs)
        {
            run.RunAloneIfWanted();
            haveSucceeded &= run.HasSucceeded;
        }

        if (haveSucceeded)
        {
            OnRanOnlyAlone();
        }
    }

    private bool TryRunTraced(IReadOnlyList<ScheduledRun> runs)
    {
        using var trace = Spans.Source.HasListeners() && runs.Any(static run => run.Trace is not null)
            ? BatchTrace.Begin(runs.Select(static run => run.Trace), runs.Sum(static run => run.Rows))
            : null;
        var haveRun = TryRunTogether(runs);
        if (!haveRun)
        {
            trace?.Fail();
        }

        return haveRun;
    }

    /// <summary>Runs them as one, and ends each of them with its part. False, with none of them ended, where that fails; must not throw.</summary>
    protected abstract bool TryRunTogether(IReadOnlyList<ScheduledRun> runs);

    /// <summary>They did not run together, though each ran well alone.</summary>
    protected virtual void OnRanOnlyAlone()
    {
    }
}
