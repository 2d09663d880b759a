using System.Globalization;
using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>Ten times what the gateway can do, for a while, by callers who have a second each.</summary>
internal sealed class Overload : IServingPart
{
    private const int Connections = 2048;
    private const double LeastOfPeak = 0.95;
    private const double MostMillisecondsToRefuse = 100;
    private const double MostGrowth = 1.1;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    public string Name => "overload";

    public double Seconds(Plan plan) => (plan.LoadSeconds * plan.Rounds * 2) + plan.OverloadSeconds + 5;

    public async IAsyncEnumerable<Row> MeasureAsync(Bench bench)
    {
        var capacity = await Capacity.MeasureAsync(bench);
        var gateway = await bench.GetAsync(ServerKind.Gateway);
        var load = Loader.MeasureAsync(gateway, Wire.Binary, capacity.Exceed(bench, Connections, bench.Plan.OverloadSeconds, Timeout));
        var memory = await WatchAsync(gateway, load);
        var result = (await load).Result;

        var model = string.Create(
            CultureInfo.InvariantCulture,
            $"slow, {capacity.PerSecond * Capacity.Times:#,0} a second for {bench.Plan.OverloadSeconds:0.#} s, each with {Timeout.TotalSeconds:0} s");
        var goodput = result.RightPerSecond / capacity.PerSecond;
        yield return new Row(
            $"(b), {Capacity.Times} times overload: goodput / peak",
            model,
            string.Create(CultureInfo.InvariantCulture, $"{goodput:0.00}×: {result.RightPerSecond:0}/s vs {capacity.PerSecond:0}/s; answered in {result.Latency.P50:0} ms at the median, {result.Latency.P99:0} ms at p99"),
            $"≥ {LeastOfPeak.ToString("0.00", CultureInfo.InvariantCulture)}×",
            goodput >= LeastOfPeak);

        var refused = result.Statuses.GetValueOrDefault("429");
        var others = result.Answers - result.Right;
        yield return new Row(
            "(b), the same: the others are refused quickly, with 429 and Retry-After",
            model,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{others:#,0} others, of which {refused:#,0} with 429, {result.WithRetryAfter:#,0} with Retry-After ({string.Join(", ", result.Statuses.Select(static status => $"{status.Key}: {status.Value}"))}), {result.Unanswered:#,0} without an answer; after {result.OtherLatency.P50:0.0} ms at the median, {result.OtherLatency.P99:0.0} ms at p99"),
            $"all, p99 ≤ {MostMillisecondsToRefuse.ToString(CultureInfo.InvariantCulture)} ms",
            others == refused && refused == result.WithRetryAfter && result.Unanswered == 0 && result.OtherLatency.P99 <= MostMillisecondsToRefuse);

        // The first third is for buffers and threads that an overload needs once.
        var early = Spread.Of(memory.Skip(memory.Count / 3).Take(Math.Max(1, memory.Count / 3))).Median;
        var late = Spread.Of(memory.TakeLast(Math.Max(1, memory.Count / 3))).Median;
        yield return new Row(
            "(b), the same: memory in its last third / in its second third",
            model,
            string.Create(CultureInfo.InvariantCulture, $"{late / early:0.00}×: {late / 1e6:0} MB vs {early / 1e6:0} MB, at most {memory.Max() / 1e6:0} MB"),
            $"≤ {MostGrowth.ToString(CultureInfo.InvariantCulture)}×",
            late <= early * MostGrowth);
    }

    private static async Task<List<double>> WatchAsync(Server server, Task load)
    {
        using var timer = new PeriodicTimer(BetweenLooks);
        var memory = new List<double>();
        do
        {
            memory.Add(server.Front.MemoryBytes);
        }
        while (!load.IsCompleted && await timer.WaitForNextTickAsync());
        return memory;
    }
}
