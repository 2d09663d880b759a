namespace Orleans.Multiplex.OnnxRuntime.Memory;

/// <summary>Has freed memory given back to the system when that pays, on a thread of its own, since it takes tens of milliseconds.</summary>
internal sealed class HeapTrimmer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action _trim;
    private readonly ITimer _timer;
    private long _freedBytes;
    private long _freedAt;
    private long _trimmedAt;
    private bool _isWatching;

    public HeapTrimmer(TimeProvider time)
        : this(time, static () => new Thread(static () => HeapTrim.Run()) { IsBackground = true, Name = "Multiplex heap trim" }.Start())
    {
    }

    /// <param name="time">The clock.</param>
    /// <param name="trim">Gives back what is free, without anybody waiting for it.</param>
    internal HeapTrimmer(TimeProvider time, Action trim)
    {
        _time = time;
        _trim = trim;
        _trimmedAt = time.GetTimestamp();
        _timer = time.CreateTimer(static trimmer => ((HeapTrimmer)trimmer!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Tells that so many bytes of the heap were freed.</summary>
    public void Freed(long heapBytes)
    {
        lock (_lock)
        {
            _freedBytes += heapBytes;
            _freedAt = _time.GetTimestamp();
            if (!_isWatching && heapBytes > 0)
            {
                _isWatching = true;
                _timer.Change(TrimRule.Interval, TrimRule.Interval);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (!TrimRule.Pays(_freedBytes, _time.GetElapsedTime(_trimmedAt), _time.GetElapsedTime(_freedAt)))
            {
                return;
            }

            _freedBytes = 0;
            _trimmedAt = _time.GetTimestamp();
            _isWatching = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _trim();
    }
}
