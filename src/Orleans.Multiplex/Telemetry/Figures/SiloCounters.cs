namespace Orleans.Multiplex.Telemetry.Figures;

/// <summary>What this silo has counted since its start, over all models.</summary>
internal sealed class SiloCounters
{
    // Each has a cache line of its own: requests on several threads count different things at once.
    private const int Stride = 16;

    private readonly long[] _counts = new long[(Enum.GetValues<Counted>().Length + 1) * Stride];

    /// <summary>The times of the requests that were answered, all of it on this silo.</summary>
    public LatencyHistogram Latency { get; } = new();

    public long this[Counted what] => Volatile.Read(ref At(what));

    public void Add(Counted what, int times = 1) => Interlocked.Add(ref At(what), times);

    private ref long At(Counted what) => ref _counts[((int)what + 1) * Stride];
}
