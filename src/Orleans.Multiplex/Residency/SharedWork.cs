namespace Orleans.Multiplex.Residency;

/// <summary>Work on a thread of the pool, done once for all who ask for it before it begins.</summary>
/// <param name="work">The work.</param>
internal sealed class SharedWork(Action work) : IThreadPoolWorkItem
{
    private bool _isDue;

    public void Request()
    {
        if (!Interlocked.Exchange(ref _isDue, true))
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    // Who asks from here on may have come too late for what is seen now.
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _isDue, false);
        work();
    }
}
