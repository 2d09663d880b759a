namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// The use of a dedicated thread by one piece of work, which may turn out to keep it: then another thread takes its place, and one thread
/// ends when the work does after all.
/// </summary>
/// <param name="threads">Whose thread it is; null for one of the thread pool, which makes others by itself.</param>
/// <param name="members">How many callers wait for the work, each of which says when it does no longer.</param>
/// <param name="replaced">Called when another thread has taken its place; null where that does not matter.</param>
internal sealed class ThreadUse(DedicatedThreads? threads, int members = 0, Action? replaced = null)
{
    private int _state = (int)State.Waiting;
    private int _waiting = members;

    /// <summary>The use of a thread of the thread pool, which makes others by itself: nothing ever has to take its place.</summary>
    public static ThreadUse OfThreadPool { get; } = new(threads: null);

    private enum State
    {
        Waiting,
        Running,
        Replaced,
        Ended,
    }

    /// <summary>The work runs on a thread from now on.</summary>
    public void Begin() => Volatile.Write(ref _state, (int)State.Running);

    /// <summary>One of the callers waits for the work no longer.</summary>
    public void Abandon() => Interlocked.Decrement(ref _waiting);

    /// <summary>The work leaves its thread.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _state, (int)State.Ended) == (int)State.Replaced)
        {
            threads!.EndSubstitute();
        }
    }

    /// <summary>Lets another thread take the place of the one that the work keeps. False when it keeps none, somebody waits for it, or too many are kept already.</summary>
    public bool TryReplace()
    {
        if (threads is null || Volatile.Read(ref _waiting) > 0 || Volatile.Read(ref _state) != (int)State.Running || !threads.TrySubstitute())
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _state, (int)State.Replaced, (int)State.Running) != (int)State.Running)
        {
            threads.EndSubstitute();
            return false;
        }

        replaced?.Invoke();
        return true;
    }
}
