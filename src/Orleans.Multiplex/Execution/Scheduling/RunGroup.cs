namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>What a thread takes at once: a run, or several that go together.</summary>
/// <param name="queue">Where it was taken from.</param>
/// <param name="time">The clock.</param>
/// <param name="model">The model.</param>
/// <param name="first">The run.</param>
/// <param name="others">Those that go with it; null when there are none.</param>
/// <param name="charged">What the model was charged for them.</param>
internal sealed class RunGroup(
    FairQueue queue, TimeProvider time, ModelRuns model, ScheduledRun first, List<ScheduledRun>? others, double charged) : IWork
{
    private int _isCounted;

    public void Run(DedicatedThreads threads)
    {
        var startedAt = time.GetTimestamp();
        var use = new ThreadUse(threads, members: 1 + (others?.Count ?? 0), () => Count(startedAt));

        // 1. What is not wanted any more goes; its place in the line was its last.
        var hasFirst = Begin(first, use, startedAt);
        others?.RemoveAll(run => !Begin(run, use, startedAt));
        var items = (hasFirst ? 1 : 0) + (others?.Count ?? 0);
        var bytes = (hasFirst ? first.Bytes : 0) + (others?.Sum(static run => run.Bytes) ?? 0);

        // 2. The rest runs.
        use.Begin();
        model.Begin(startedAt);
        if (items == 1)
        {
            (hasFirst ? first : others![0]).RunAlone();
        }
        else if (items > 1)
        {
            if (hasFirst)
            {
                others!.Insert(0, first);
            }

            first.Kind!.Run(others!);
        }

        // 3. The model has had the time that it took.
        var took = items > 0 ? time.GetElapsedTime(startedAt) : TimeSpan.Zero;
        Count(startedAt);
        if (items > 0 && first.IsMeasured)
        {
            model.Measure(took, items, bytes);
        }

        queue.End(model, first.Level, took.TotalSeconds - charged);
        use.End();
    }

    // Once: where another thread has taken the place of the one that it keeps, the silo has as many threads as before.
    private void Count(long startedAt)
    {
        if (Interlocked.Exchange(ref _isCounted, 1) == 0)
        {
            model.End(startedAt, time.GetElapsedTime(startedAt));
        }
    }

    private bool Begin(ScheduledRun run, ThreadUse use, long now)
    {
        var waited = time.GetElapsedTime(run.QueuedAt, now);
        var hasBegun = run.TryBegin(waited, use);
        if (!hasBegun)
        {
            use.Abandon();
        }
        else if (run.IsMeasured)
        {
            var forCompany = run.Kind?.MaxDelay ?? TimeSpan.Zero;
            model.EndWait(waited > forCompany ? waited - forCompany : TimeSpan.Zero);
        }

        return hasBegun;
    }
}
