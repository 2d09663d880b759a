using System.Globalization;
using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>What it costs that requests are for many models instead of one.</summary>
internal sealed class ManyModels : IServingPart
{
    private const double LeastOfOne = 0.9;

    public string Name => "zipf";

    public double Seconds(Plan plan) => plan.LoadSeconds * ((plan.Rounds * 2) + 4);

    public async IAsyncEnumerable<Row> MeasureAsync(Bench bench)
    {
        const Wire Way = Wire.Binary;
        var one = bench.MakeLoad(bench.Models.Tiny.Calls(Way), Bench.ManyConnections);
        var all = bench.MakeLoad(bench.Models.ZipfCalls(Way), Bench.ManyConnections);
        await bench.WarmUpAsync(bench.Models.Tiny, Way, ServerKind.Gateway);

        // The rarest comes once in some hundreds of requests; its load, and the check of its content, are over after these.
        await bench.CompareAsync(Way, 1, (ServerKind.Gateway, bench.MakeLoad(bench.Models.ZipfCalls(Way), Bench.ManyConnections, seconds: bench.Plan.LoadSeconds * 4)));
        var rounds = await bench.CompareAsync(Way, bench.Plan.Rounds, (ServerKind.Gateway, all), (ServerKind.Gateway, one));
        var many = rounds.Select(static round => round[0]).ToList();
        var single = rounds.Select(static round => round[1]).ToList();
        var ratio = Spread.Of(many.Zip(single, static (first, second) => first.PerSecond / second.PerSecond));
        yield return new Row(
            $"(b), {bench.Models.Many.Count} models by Zipf's law / one model, {Figures.NameOf(Way)}, {Bench.ManyConnections} connections",
            bench.Models.Tiny.Id,
            Figures.Compare(many, single, ratio) + Figures.NotRight(many) + Figures.NotRight(single),
            $"≥ {LeastOfOne.ToString("0.00", CultureInfo.InvariantCulture)}×",
            ratio.Median >= LeastOfOne);
    }
}
