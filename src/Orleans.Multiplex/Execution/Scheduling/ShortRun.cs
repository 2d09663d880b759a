namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>A short run on a thread of the thread pool, which it does not keep for long.</summary>
/// <param name="queue">Where it was let begin.</param>
/// <param name="time">The clock.</param>
/// <param name="model">The model.</param>
/// <param name="run">The run.</param>
/// <param name="place">Its place.</param>
internal sealed class ShortRun(FairQueue queue, TimeProvider time, ModelRuns model, ScheduledRun run, ShortPlace place) : IThreadPoolWorkItem
{
    private readonly long _queuedAt = time.GetTimestamp();

    public void Execute()
    {
        var startedAt = time.GetTimestamp();
        if (run.TryBegin(time.GetElapsedTime(_queuedAt, startedAt), ThreadUse.OfThreadPool))
        {
            run.RunAlone();
            model.MeasureShort(time.GetElapsedTime(startedAt), run.Bytes);
        }

        queue.EndShort(place);
    }
}
