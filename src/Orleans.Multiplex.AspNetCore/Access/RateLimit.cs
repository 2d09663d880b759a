namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>
/// So many requests per second in the long run, and so many at once after a pause. Unlike the framework's token bucket it has the clock of
/// its constructor, knows rates below one, and says exactly how long to wait.
/// </summary>
internal sealed class RateLimit(double perSecond, int burst, TimeProvider time)
{
    private readonly long _interval = Math.Max(1, (long)(time.TimestampFrequency / perSecond));

    // When the next request would be due if all came evenly; it may come up to burst − 1 intervals early.
    private long _due = long.MinValue;

    /// <summary>Counts a request, unless it comes too early.</summary>
    /// <param name="wait">If so: the time until it does not.</param>
    public bool TryTake(out TimeSpan wait)
    {
        while (true)
        {
            var now = time.GetTimestamp();
            var seen = Interlocked.Read(ref _due);
            var due = Math.Max(seen, now);
            var early = due - now - ((burst - 1) * _interval);
            if (early > 0)
            {
                wait = time.GetElapsedTime(0, early);
                return false;
            }

            if (Interlocked.CompareExchange(ref _due, due + _interval, seen) == seen)
            {
                wait = TimeSpan.Zero;
                return true;
            }
        }
    }

    /// <summary>Counts one fewer: one that was taken was not made use of.</summary>
    public void GiveBack() => Interlocked.Add(ref _due, -_interval);
}
