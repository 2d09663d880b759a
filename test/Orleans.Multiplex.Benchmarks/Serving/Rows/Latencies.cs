using System.Globalization;
using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>How long requests take that come at half of the rate that the server written by hand can do at most.</summary>
internal sealed class Latencies : IServingPart
{
    private const double MostOfBare = 1.25;
    private const double OfPeak = 0.5;
    private const double LongerThanOthers = 1.5;

    public string Name => "latency";

    public double Seconds(Plan plan) => 3 * plan.LoadSeconds * (2 + (plan.Rounds * 3 * LongerThanOthers));

    public async IAsyncEnumerable<Row> MeasureAsync(Bench bench)
    {
        var model = bench.Models.Tiny;
        foreach (var wire in Enum.GetValues<Wire>())
        {
            var bare = await bench.ChooseBareAsync(model, wire);
            await bench.WarmUpAsync(model, wire, ServerKind.Gateway, ServerKind.Cluster);
            var peak = await bench.CompareAsync(wire, Math.Min(2, bench.Plan.Rounds), (bare, bench.MakeLoad(model.Calls(wire), Bench.ManyConnections)));
            var rate = Math.Max(1, Figures.Rate(peak.Select(static round => round[0])) * OfPeak);
            var load = bench.MakeLoad(model.Calls(wire), Bench.ManyConnections, rate, bench.Plan.LoadSeconds * LongerThanOthers);
            var rounds = await bench.CompareAsync(wire, bench.Plan.Rounds, (bare, load), (ServerKind.Gateway, load), (ServerKind.Cluster, load));
            yield return MakeRow(ServerKind.Gateway, 1, wire == Wire.Binary);
            yield return MakeRow(ServerKind.Cluster, 2, isLimited: false);

            Row MakeRow(ServerKind kind, int side, bool isLimited)
            {
                var ratio = Spread.Of(rounds.Select(round => round[side].Result.Latency.P99 / round[0].Result.Latency.P99));
                return new Row(
                    $"{Figures.LetterOf(kind)} / (a), p99 at half of (a)'s peak, {Figures.NameOf(wire)}",
                    $"{model.Id}, {rate.ToString("#,0", CultureInfo.InvariantCulture)} a second at random instants",
                    $"{ratio}: {Describe(side)} vs {Describe(0)}" + Figures.NotRight(rounds.SelectMany(static round => round)),
                    isLimited ? $"≤ {MostOfBare.ToString(CultureInfo.InvariantCulture)}×" : "",
                    ratio.Median <= MostOfBare && rounds.All(round => round[side].Result.Unanswered == 0));
            }

            string Describe(int side) => string.Create(
                CultureInfo.InvariantCulture,
                $"{Spread.Of(rounds.Select(round => round[side].Result.Latency.P99)).Median:0.00} ms (p50 {Spread.Of(rounds.Select(round => round[side].Result.Latency.P50)).Median:0.00} ms)");
        }
    }
}
