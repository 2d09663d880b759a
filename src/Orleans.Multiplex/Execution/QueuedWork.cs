namespace Orleans.Multiplex.Execution;

/// <summary>Work for a thread. Once it waits, exactly one of three happens to it: a thread runs it, it is taken out, or it is refused after all.</summary>
internal sealed class QueuedWork
{
    private readonly Action? _refuse;

    /// <param name="run">The work, which must not throw.</param>
    /// <param name="refuse">
    /// Called, by whoever adds other work, when the work has to make way for more urgent work and will never run; must not throw. Null
    /// where work has no bound or no priority.
    /// </param>
    public QueuedWork(Action run, Action? refuse = null)
    {
        Run = run;
        _refuse = refuse;
        Place = new LinkedListNode<QueuedWork>(this);
    }

    /// <summary>The work itself.</summary>
    public Action Run { get; }

    /// <summary>Where it stands in the queue.</summary>
    public LinkedListNode<QueuedWork> Place { get; }

    /// <summary>Tells it that it will never run.</summary>
    public void Refuse() => _refuse?.Invoke();
}
