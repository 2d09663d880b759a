using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>One run that waits for an inference thread, or is on one, and whoever waits for it.</summary>
/// <remarks>
/// <code>
/// Waiting → Running → Ended
/// Waiting → Ended            (cancelled, out of time, or refused: it will never run)
/// </code>
/// </remarks>
internal abstract class ScheduledRun
{
    private ThreadUse? _use;
    private int _isEnded;

    /// <param name="priority">1 is the most urgent, and all from 9 on are the least; 0 is the default, which is as 5.</param>
    /// <param name="remaining">The time left to the request; bounds the wait for a thread and the wait for the result.</param>
    /// <param name="cancellationToken">Ends the wait; a run that has begun goes on, unless it looks at the token itself.</param>
    protected ScheduledRun(int priority, TimeSpan remaining, CancellationToken cancellationToken)
    {
        Level = RunPriority.ToLevel(priority);
        Remaining = remaining;
        CancellationToken = cancellationToken;
        Place = new LinkedListNode<ScheduledRun>(this);
    }

    /// <summary>How urgent it is: 1 goes first, 9 last.</summary>
    public int Level { get; }

    /// <summary>The time that was left to the request when it was queued.</summary>
    public TimeSpan Remaining { get; }

    public CancellationToken CancellationToken { get; }

    /// <summary>
    /// What it may share a run of the model with: runs with the same object here go together. Null for one that goes alone. Set before it is queued.
    /// </summary>
    public RunKind? Kind { get; init; }

    /// <summary>The rows, or items, that it adds to a run.</summary>
    public int Rows { get; init; } = 1;

    /// <summary>The bytes of its inputs, above zero; 1 where they are not known.</summary>
    public long Bytes { get; init; } = 1;

    /// <summary>Whether it waits for a thread even where its model's runs are short: what runs beside others would spoil their times.</summary>
    public bool MustQueue { get; init; }

    /// <summary>Whether what it takes says what runs of its model take.</summary>
    public virtual bool IsMeasured => true;

    /// <summary>How long it waited for a thread; known when it begins.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Whether it may run on any thread where its model's runs are short: not where it may block.</summary>
    public virtual bool NeverBlocks => false;

    /// <summary>Whether a thread has begun it.</summary>
    public bool HasBegun => Volatile.Read(ref _use) is not null;

    /// <summary>Whether it has ended with a result.</summary>
    public abstract bool HasSucceeded { get; }

    /// <summary>Its spans; null where its request is not recorded. Set before it is queued.</summary>
    internal RunTrace? Trace { get; set; }

    /// <summary>Where it stands in its model's line.</summary>
    internal LinkedListNode<ScheduledRun> Place { get; }

    /// <summary>In what order it came, among all.</summary>
    internal long Number { get; set; }

    /// <summary>When it was queued, by the scheduler's clock.</summary>
    internal long QueuedAt { get; set; }

    /// <summary>How long it was expected to take from then on, where others were ahead of it; null where none were, or nothing was known.</summary>
    internal TimeSpan? Expected { get; set; }

    /// <summary>Nobody waits for it any more, though it runs.</summary>
    public void Abandon() => Volatile.Read(ref _use)?.Abandon();

    /// <summary>Lets another thread take the place of the one that it keeps. False when it keeps none, or somebody waits for one that shares its run.</summary>
    public bool TryReplaceThread() => Volatile.Read(ref _use)?.TryReplace() ?? false;

    /// <summary>Runs it alone, unless its caller has gone.</summary>
    internal void RunAloneIfWanted()
    {
        if (CancellationToken.IsCancellationRequested)
        {
            Cancel();
        }
        else
        {
            RunAlone();
        }
    }

    /// <summary>It is on a thread from now on. False for one that is cancelled or whose time is up, which ends here.</summary>
    internal bool TryBegin(TimeSpan waited, ThreadUse use)
    {
        if (CancellationToken.IsCancellationRequested)
        {
            Cancel();
            return false;
        }

        if (waited >= Remaining)
        {
            Expire();
            return false;
        }

        Waited = waited;
        Trace?.BeginRun();
        Volatile.Write(ref _use, use);
        return true;
    }

    /// <summary>Runs it alone; whatever comes of it goes to who waits.</summary>
    internal abstract void RunAlone();

    /// <summary>Ends it with an error.</summary>
    public abstract void Fail(Exception error);

    /// <summary>It will never run, since nobody waits for it any more.</summary>
    /// <param name="why">The kind of what its caller gets.</param>
    internal void Drop(string why)
    {
        Trace?.Fail(why);
        EndOnce();
    }

    protected abstract void Cancel();

    protected abstract void Expire();

    /// <summary>
    /// Called exactly once, when the run has ended or will never be: here goes what must live as long as the run and not only as long as somebody
    /// waits for it.
    /// </summary>
    protected abstract void OnEnded();

    /// <summary>Ends it, if nothing has.</summary>
    protected void EndOnce()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0)
        {
            Trace?.End();
            OnEnded();
        }
    }
}
