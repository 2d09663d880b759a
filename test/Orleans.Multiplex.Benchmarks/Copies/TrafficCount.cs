namespace Orleans.Multiplex.Benchmarks.Copies;

/// <summary>Answers that were counted.</summary>
/// <param name="All">All of them.</param>
/// <param name="Others">Those of models other than the hot one.</param>
/// <param name="OtherHits">Those of them that found their model ready.</param>
internal readonly record struct TrafficCount(long All, long Others, long OtherHits)
{
    public double HitRatio => (double)OtherHits / Others;

    public static TrafficCount operator -(TrafficCount now, TrafficCount before) =>
        new(now.All - before.All, now.Others - before.Others, now.OtherHits - before.OtherHits);
}
