using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Memory;

/// <summary>
/// Has the pool that all runs share give back what it keeps, some seconds after a run made it grow: or the largest batch that ever came would count for as
/// long as the process lives.
/// </summary>
internal sealed class PoolTrimmer : IDisposable
{
    /// <summary>How often it is looked at, while there are runs.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>So much it may keep: runs of usual size need not take it from the heap anew.</summary>
    public const long KeptBytes = 8L << 20;

    private readonly Lock _lock = new();
    private readonly Func<long> _measure;
    private readonly Action _drain;
    private readonly Action<long> _freed;
    private readonly ITimer _timer;
    private bool _hasRun;
    private bool _isWatching;

    /// <param name="time">The clock.</param>
    /// <param name="trimmer">Gives freed memory back to the system.</param>
    public PoolTrimmer(TimeProvider time, HeapTrimmer trimmer)
        : this(time, RunPool.Measure, RunPool.Drain, trimmer.Freed)
    {
    }

    /// <param name="time">The clock.</param>
    /// <param name="measure">How large the pool is.</param>
    /// <param name="drain">Frees what no run needs just now.</param>
    /// <param name="freed">Is told how many bytes were freed.</param>
    internal PoolTrimmer(TimeProvider time, Func<long> measure, Action drain, Action<long> freed)
    {
        _measure = measure;
        _drain = drain;
        _freed = freed;
        _timer = time.CreateTimer(static trimmer => ((PoolTrimmer)trimmer!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Tells that a model was run.</summary>
    public void Ran()
    {
        // Written once in an interval, so that the threads that run models do not take the line from each other.
        if (!Volatile.Read(ref _hasRun))
        {
            lock (_lock)
            {
                _hasRun = true;
                if (!_isWatching)
                {
                    _isWatching = true;
                    _timer.Change(Interval, Interval);
                }
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (!_hasRun)
            {
                _isWatching = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                return;
            }

            // A run that goes on just now says so when it has ended, and what it has taken is looked at then.
            _hasRun = false;
        }

        var before = _measure();
        if (before > KeptBytes)
        {
            _drain();
            _freed(Math.Max(before - _measure(), 0));
        }
    }
}
