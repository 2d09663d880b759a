using System.Globalization;
using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>What other models feel of a flood of requests for one.</summary>
internal sealed class Flood : IServingPart
{
    private const int Others = 10;
    private const double OthersPerSecond = 200;
    private const int Connections = 512;
    private const double LongerThanOthers = 2;
    private const double MostOfUnloaded = 2;

    public string Name => "flood";

    public double Seconds(Plan plan) => (plan.LoadSeconds * plan.Rounds * (2 + (2 * LongerThanOthers))) + (plan.Rounds * 5);

    public async IAsyncEnumerable<Row> MeasureAsync(Bench bench)
    {
        const Wire Way = Wire.Binary;
        var capacity = await Capacity.MeasureAsync(bench);
        var gateway = await bench.GetAsync(ServerKind.Gateway);
        var seconds = bench.Plan.LoadSeconds * LongerThanOthers;
        var others = bench.MakeLoad(bench.Models.Many.Take(Others).SelectMany(static model => model.Calls(Way)), Bench.ManyConnections, OthersPerSecond, seconds);
        await Loader.MeasureAsync(gateway, Way, others);

        var unloaded = new List<Measurement>();
        var flooded = new List<Measurement>();
        for (var i = 0; i < bench.Plan.Rounds; i++)
        {
            unloaded.Add(await Loader.MeasureAsync(gateway, Way, others));
            var flood = Loader.MeasureAsync(gateway, Way, capacity.Exceed(bench, Connections, seconds * 1.5, timeout: null));
            flooded.Add(await Loader.MeasureAsync(gateway, Way, others));
            await flood;
        }

        var alone = Spread.Of(unloaded.Select(static measurement => measurement.Result.Latency.P99));
        var beside = Spread.Of(flooded.Select(static measurement => measurement.Result.Latency.P99));
        var most = (alone.Median * MostOfUnloaded) + capacity.OfOneRun.TotalMilliseconds;
        yield return new Row(
            $"(b), p99 of other models while one is asked {Capacity.Times} times what it can do",
            string.Create(CultureInfo.InvariantCulture, $"{Others} like tiny, {OthersPerSecond} a second; flooded: slow, {capacity.PerSecond * Capacity.Times:#,0} a second on {Connections} connections, {capacity.OfOneRun.TotalMilliseconds:0.0} ms a run"),
            string.Create(CultureInfo.InvariantCulture, $"{beside.Median:0.0} ms ({beside.Least:0.0}–{beside.Most:0.0}) vs {alone.Median:0.0} ms ({alone.Least:0.0}–{alone.Most:0.0}) without it{Figures.NotRight(flooded)}"),
            string.Create(CultureInfo.InvariantCulture, $"≤ {MostOfUnloaded}× + 1 run = {most:0.0} ms"),
            beside.Median <= most && flooded.All(static measurement => measurement.Result.Unanswered == 0));
    }
}
