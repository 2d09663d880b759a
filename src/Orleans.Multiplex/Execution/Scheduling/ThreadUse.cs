namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// The use of a dedicated thread by one piece of work, which may turn out to keep it: then another thread takes its place, and one thread
/// ends when the work does after all.
/// </summary>
/// <param name="threads">Whose thread it is; null for one of the thread pool, which makes others by itself.</param>
internal sealed class ThreadUse(DedicatedThreads? threads)
{
    private int _state = (int)State.Waiting;

    private enum State
    {
        Waiting,
        Running,
        Replaced,
        Ended,
    }

    public bool HasBegun => Volatile.Read(ref _state) != (int)State.Waiting;

    /// <summary>The work runs on a thread from now on.</summary>
    public void Begin() => Volatile.Write(ref _state, (int)State.Running);

    /// <summary>The work leaves its thread.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _state, (int)State.Ended) == (int)State.Replaced)
        {
            threads!.EndSubstitute();
        }
    }

    /// <summary>Lets another thread take the place of the one that the work keeps. False when it keeps none, or too many are kept already.</summary>
    public bool TryReplace()
    {
        if (threads is null || Volatile.Read(ref _state) != (int)State.Running || !threads.TrySubstitute())
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _state, (int)State.Replaced, (int)State.Running) != (int)State.Running)
        {
            threads.EndSubstitute();
            return false;
        }

        return true;
    }
}
