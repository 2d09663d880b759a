namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>Work in the order in which it came, without a bound: for who bounds it already.</summary>
internal sealed class WorkQueue : WorkSource
{
    private readonly Queue<Action> _waiting = new();

    /// <summary>Adds work, which must not throw. False when the queue is closed.</summary>
    public bool TryAdd(Action work)
    {
        lock (Gate)
        {
            if (IsClosed)
            {
                return false;
            }

            _waiting.Enqueue(work);
            ChangeReady_NeedsLock(1);
            return true;
        }
    }

    protected override IWork? TakeNext_NeedsLock()
    {
        if (!_waiting.TryDequeue(out var work))
        {
            return null;
        }

        ChangeReady_NeedsLock(-1);
        return new Work(work);
    }

    private sealed class Work(Action run) : IWork
    {
        public void Run(DedicatedThreads? threads) => run();
    }
}
