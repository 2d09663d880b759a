namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// A fixed number of threads that run work. They are not the thread pool's, so that native or blocking code on them never holds up the silo's own work.
/// For work that keeps its thread for good, as it seems, another thread takes its place (<see cref="ThreadUse"/>), a bounded number of times.
/// </summary>
internal sealed class DedicatedThreads : IDisposable
{
    /// <summary>The most threads that may be kept by work at once and have others in their place.</summary>
    private const int MaxSubstitutes = 16;

    private readonly string _name;
    private readonly WorkSource _work;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _started;
    private int _substitutes;
    private int _leaving;

    /// <param name="name">The name that the threads bear in debuggers and dumps.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="work">Where they take work from.</param>
    public DedicatedThreads(string name, int count, WorkSource work)
    {
        _work = work;
        _name = name;
        _running = count;
        for (var i = 0; i < count; i++)
        {
            Start();
        }
    }

    /// <summary>The threads that work keeps, and that others have taken the place of.</summary>
    public int Substitutes => Volatile.Read(ref _substitutes);

    /// <summary>Starts a thread in the place of one that work keeps. False when there are too many of them already.</summary>
    public bool TrySubstitute()
    {
        if (Interlocked.Increment(ref _substitutes) > MaxSubstitutes)
        {
            Interlocked.Decrement(ref _substitutes);
            return false;
        }

        Interlocked.Increment(ref _running);
        Start();
        return true;
    }

    /// <summary>Work has let go of the thread that another one has taken the place of: one of the threads ends.</summary>
    public void EndSubstitute()
    {
        Interlocked.Decrement(ref _substitutes);
        Interlocked.Increment(ref _leaving);
    }

    /// <summary>Completes when the threads have ended.</summary>
    public Task WhenEnded => _ended.Task;

    /// <summary>Ends the threads when the work that was added is done; does not wait for it, since work may block for ever.</summary>
    public void Dispose() => _work.Close();

    private void RunWork()
    {
        while (_work.TryTake(out var work))
        {
            work.Run(this);
            if (MayLeave())
            {
                break;
            }
        }

        End();
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.TrySetResult();
        }
    }

    // Without what flows here: a thread that is begun in a request, in the place of one that is stuck, would have that request's context and trace for good.
    private void Start() =>
        new Thread(RunWork) { IsBackground = true, Name = $"{_name}-{Interlocked.Increment(ref _started) - 1}" }.UnsafeStart();

    private bool MayLeave()
    {
        for (var leaving = Volatile.Read(ref _leaving); leaving > 0; leaving = Volatile.Read(ref _leaving))
        {
            if (Interlocked.CompareExchange(ref _leaving, leaving - 1, leaving) == leaving)
            {
                return true;
            }
        }

        return false;
    }
}
