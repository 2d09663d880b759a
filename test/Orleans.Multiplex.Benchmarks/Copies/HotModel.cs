using System.Diagnostics;
using System.Globalization;

namespace Orleans.Multiplex.Benchmarks.Copies;

/// <summary>One model with four fifths of all traffic on three silos: with the copies that it gets, beside the same without any.</summary>
internal static class HotModel
{
    private const double LeastTimes = 2.7;

    /// <summary>Of the cluster's places, the two that the copies take are no others' any more.</summary>
    private const double PartLeft = 1 - ((CopyCluster.Silos - 1.0) / (CopyCluster.Silos * CopyCluster.MaxModels));

    private static readonly string Setting = string.Create(
        CultureInfo.InvariantCulture,
        $"runs of 20 ms that only wait, 4 inference threads a silo, 80 % of the requests of 96 callers; the rest to {CopyCluster.Others} models by Zipf's law, {CopyCluster.Silos * CopyCluster.MaxModels} places");

    private static readonly TimeSpan LongestToAll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestToOne = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static async IAsyncEnumerable<Row> MeasureAsync()
    {
        TrafficCount alone;
        await using (var cluster = await CopyCluster.StartAsync(maxCopies: 1))
        {
            await using var traffic = new MixedTraffic(cluster.Client);
            alone = await CountAsync(traffic);
        }

        await using var copying = await CopyCluster.StartAsync(maxCopies: null);
        await copying.Client.LoadAsync(CopyCluster.Hot);
        TrafficCount copied;
        await using (var traffic = new MixedTraffic(copying.Client))
        {
            var toAll = await WaitAsync(copying, CopyCluster.Silos);
            yield return new Row("copies of a hot model: one to three", Setting, Show(toAll), "≤ 5 s", toAll <= LongestToAll);
            copied = await CountAsync(traffic);
        }

        var times = (double)copied.All / alone.All;
        yield return new Row(
            "throughput with its copies vs without", Setting, string.Create(CultureInfo.InvariantCulture, $"{copied.All / Time.TotalSeconds:0} vs {alone.All / Time.TotalSeconds:0} in a second = {times:0.00}×"), "≥ 2.7×", times >= LeastTimes);
        yield return new Row(
            "hits of the other models with its copies vs without",
            Setting,
            string.Create(CultureInfo.InvariantCulture, $"{copied.HitRatio:0.0000} vs {alone.HitRatio:0.0000} = {copied.HitRatio / alone.HitRatio:0.000}×"),
            string.Create(CultureInfo.InvariantCulture, $"≥ {PartLeft:0.000}×, the part of the room that is left to them"),
            copied.HitRatio >= alone.HitRatio * PartLeft);
        var toOne = await WaitAsync(copying, 1);
        yield return new Row("copies of a hot model: three to one when nobody asks", Setting, Show(toOne), "at all", toOne < LongestToOne);
    }

    private static async Task<TrafficCount> CountAsync(MixedTraffic traffic)
    {
        await Task.Delay(WarmUp, TimeProvider.System);
        var before = traffic.Count;
        await Task.Delay(Time, TimeProvider.System);
        return traffic.Count - before;
    }

    private static async Task<TimeSpan> WaitAsync(CopyCluster cluster, int copies)
    {
        var watch = Stopwatch.StartNew();
        while (await cluster.CountAsync() != copies && watch.Elapsed < LongestToOne)
        {
            await Task.Delay(Look, TimeProvider.System);
        }

        return watch.Elapsed;
    }

    private static string Show(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
