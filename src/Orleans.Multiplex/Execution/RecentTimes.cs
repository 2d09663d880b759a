namespace Orleans.Multiplex.Execution;

/// <summary>Where the time of the last requests to a version of a model went. Not thread-safe.</summary>
internal sealed class RecentTimes
{
    /// <summary>How many requests are remembered: enough to see what is usual, few enough for ten thousand models.</summary>
    public const int Most = 64;

    private const int Phases = 4;

    // In milliseconds, by phases one behind the other.
    private readonly float[] _times = new float[Most * Phases];
    private int _next;
    private int _count;

    /// <summary>Remembers a request.</summary>
    /// <param name="times">Where its time went.</param>
    public void Add(in RequestTimes times)
    {
        _times[_next] = ToMilliseconds(times.Waited);
        _times[Most + _next] = ToMilliseconds(times.Queue);
        _times[(2 * Most) + _next] = ToMilliseconds(times.Run.Input + times.Run.Infer + times.Run.Output);
        _times[(3 * Most) + _next] = ToMilliseconds(times.Total);
        _next = (_next + 1) % Most;
        _count = Math.Min(_count + 1, Most);
    }

    /// <summary>What they come to.</summary>
    /// <param name="silo">The silo's name.</param>
    /// <param name="version">The version.</param>
    public ModelLatency Report(string silo, long version) => new()
    {
        Silo = silo,
        Version = version,
        Requests = _count,
        Load = Of(0),
        Queue = Of(1),
        Run = Of(2),
        Total = Of(3),
    };

    private PhaseTimes Of(int phase)
    {
        var sorted = _times.AsSpan(phase * Most, _count).ToArray();
        Array.Sort(sorted);
        return new PhaseTimes(ToTime(sorted.Average()), ToTime(FindQuantile(sorted, 0.5)), ToTime(FindQuantile(sorted, 0.99)));
    }

    private static float FindQuantile(float[] sorted, double part) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * part) - 1)];

    private static float ToMilliseconds(TimeSpan time) => (float)time.TotalMilliseconds;

    private static TimeSpan ToTime(float milliseconds) => TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
}
