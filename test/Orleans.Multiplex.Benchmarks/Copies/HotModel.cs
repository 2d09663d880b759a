using System.Globalization;
using Orleans.Multiplex.Testing.Clusters;

namespace Orleans.Multiplex.Benchmarks.Copies;

/// <summary>One model with four fifths of all traffic on three silos: with the copies that it gets, beside the same without any.</summary>
internal static class HotModel
{
    public const string Name = "hot";
    public const int Others = 150;

    private const int Silos = 3;
    private const int MaxModels = 30;
    private const double LeastTimes = 2.7;

    /// <summary>Of the cluster's places, the two that the copies take are no others' any more.</summary>
    private const double PartLeft = 1 - ((Silos - 1.0) / (Silos * MaxModels));

    private static readonly string Setting = string.Create(
        CultureInfo.InvariantCulture,
        $"runs of 20 ms that only wait, 4 inference threads a silo, 80 % of the requests of 96 callers; the rest to {Others} models by Zipf's law, {Silos * MaxModels} places");

    private static readonly TimeSpan LongestToAll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestToOne = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static async IAsyncEnumerable<Row> MeasureAsync()
    {
        TrafficCount alone;
        await using (var cluster = await StartAsync(maxCopies: 1))
        {
            await using var traffic = new MixedTraffic(cluster.Front);
            alone = await CountAsync(traffic);
        }

        await using var copying = await StartAsync(maxCopies: null);
        await copying.Front.LoadAsync(Name);
        TrafficCount copied;
        await using (var traffic = new MixedTraffic(copying.Front))
        {
            var toAll = await WaitAsync(copying, Silos);
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

    private static Task<TimedCluster> StartAsync(int? maxCopies) => TimedCluster.StartAsync(
        Silos,
        [
            new TimedModel(Name, TimeSpan.Zero, TimeSpan.FromMilliseconds(20)),
            .. Enumerable.Range(1, Others).Select(static i => new TimedModel($"m{i}", TimeSpan.Zero, TimeSpan.FromMilliseconds(2))),
        ],
        MaxModels,
        maxCopies);

    // How many silos have the hot model ready.
    private static async Task<int> CountAsync(TimedCluster cluster) =>
        (await cluster.Front.GetModelAsync(Name)).Locations.Count(static location => location.Resident.State == ResidentState.Ready);

    private static async Task<TrafficCount> CountAsync(MixedTraffic traffic)
    {
        await Task.Delay(WarmUp, TimeProvider.System);
        var before = traffic.Count;
        await Task.Delay(Time, TimeProvider.System);
        return traffic.Count - before;
    }

    private static async Task<TimeSpan> WaitAsync(TimedCluster cluster, int copies)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (await CountAsync(cluster) != copies && TimeProvider.System.GetElapsedTime(since) < LongestToOne)
        {
            await Task.Delay(Look, TimeProvider.System);
        }

        return TimeProvider.System.GetElapsedTime(since);
    }

    private static string Show(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
