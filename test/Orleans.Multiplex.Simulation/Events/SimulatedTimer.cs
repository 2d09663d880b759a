namespace Orleans.Multiplex.Simulation.Events;

/// <summary>A timer of a simulated clock. Nothing that is simulated repeats by a period.</summary>
internal sealed class SimulatedTimer(SimulatedTime time, EventQueue queue, Action fire) : ITimer
{
    private int _changes;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        var change = ++_changes;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            queue.After(dueTime, () => Fire(change));
        }

        return true;
    }

    public void Dispose() => _changes++;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Fire(int change)
    {
        if (change == _changes && !time.IsStopped)
        {
            fire();
        }
    }
}
