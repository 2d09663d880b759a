namespace Orleans.Multiplex.Storage.Cache;

/// <summary>How far a fetch is. Counting takes no lock; it is done for each block of bytes, by several writers at once.</summary>
/// <param name="total">The bytes to fetch.</param>
/// <param name="time">The clock.</param>
internal sealed class FetchProgress(long total, TimeProvider time)
{
    /// <summary>The rate is that of at least this time and, where somebody looks now and then, at most twice as much.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(4);

    private readonly Lock _lock = new();
    private long _bytes;
    private volatile bool _isUnderWay;
    private (long At, long Bytes) _previous;
    private (long At, long Bytes) _current;

    /// <summary>The bytes that have come.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Counts bytes that have come.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>
    /// Says that a fetch is under way, and how many have come: none when it begins, and from time to time those that another process fetches. What
    /// was waited for before, room or a check, is no time in which bytes came.
    /// </summary>
    public void Set(long bytes)
    {
        bytes = Math.Min(bytes, total);
        lock (_lock)
        {
            if (Interlocked.Exchange(ref _bytes, bytes) > bytes || bytes == 0 || !_isUnderWay)
            {
                _previous = _current = (time.GetTimestamp(), bytes);
            }

            _isUnderWay = true;
        }
    }

    /// <summary>How far it is; null when nothing is fetched, as the files are here and only have to be checked.</summary>
    public FetchReport? Read()
    {
        if (!_isUnderWay)
        {
            return null;
        }

        lock (_lock)
        {
            var (now, bytes) = (time.GetTimestamp(), Bytes);
            if (time.GetElapsedTime(_current.At, now) >= Window)
            {
                _previous = _current;
                _current = (now, bytes);
            }

            var elapsed = time.GetElapsedTime(_previous.At, now);
            var rate = elapsed > TimeSpan.Zero ? (bytes - _previous.Bytes) / elapsed.TotalSeconds : 0;
            return new FetchReport(
                bytes, total, (long)rate, rate >= 1 ? TimeSpan.FromSeconds(Math.Min((total - bytes) / rate, TimeSpan.FromDays(1).TotalSeconds)) : null);
        }
    }
}
