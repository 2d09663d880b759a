namespace Orleans.Multiplex.LoadGenerator;

/// <summary>
/// When requests are meant to be sent. What cannot be sent then waits, and keeps its instant: so a server that stands still for a second is charged with all
/// that would have come in that second, and not with one request for each connection.
/// </summary>
/// <param name="rate">Requests a second.</param>
/// <param name="frequency">Units of time in a second.</param>
/// <param name="random">Makes the distances.</param>
internal sealed class Schedule(double rate, long frequency, Random random)
{
    private readonly Queue<long> _waiting = new();
    private double _next;
    private int _marked;

    /// <summary>When the next one is due that is not among the waiting.</summary>
    public long NextAt => (long)_next;

    /// <summary>Requests that are due and not sent.</summary>
    public int Waiting => _waiting.Count;

    public void Start(long now) => _next = now + Distance();

    /// <summary>Adds those that are due before an instant.</summary>
    public void Advance(long now)
    {
        for (; _next < now; _next += Distance())
        {
            _waiting.Enqueue((long)_next);
        }
    }

    /// <param name="meantAt">When it was due.</param>
    /// <param name="hasWaited">Whether it found no free connection before.</param>
    public bool TryTake(out long meantAt, out bool hasWaited)
    {
        hasWaited = _marked > 0;
        _marked = Math.Max(0, _marked - 1);
        return _waiting.TryDequeue(out meantAt);
    }

    /// <summary>Notes that those that wait now have found no free connection.</summary>
    public void MarkWaiting() => _marked = _waiting.Count;

    private double Distance() => -Math.Log(1 - random.NextDouble()) / rate * frequency;
}
