using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>What it costs to be watched: dashboard, metrics and traces on, beside all of them off.</summary>
internal sealed class Watched : IServingPart
{
    private const double Least = 0.97;

    // Of others: what is looked for is small.
    private const int TimesTheRounds = 4;

    public string Name => "watched";

    public double Seconds(Plan plan) => Enum.GetValues<Wire>().Length
        * ((plan.PeakModels * 2 * ((plan.WarmUps * plan.WarmUpSeconds) + (TimesTheRounds * plan.Rounds * plan.LoadSeconds))) + plan.SettleSeconds);

    public async IAsyncEnumerable<Row> MeasureAsync(Bench bench)
    {
        foreach (var model in new[] { bench.Models.Tiny, bench.Models.Perceptron, bench.Models.Convolutional }.Take(bench.Plan.PeakModels))
        {
            foreach (var wire in Enum.GetValues<Wire>())
            {
                await bench.WarmUpAsync(model, wire, ServerKind.Watched, ServerKind.Unwatched);
                if (model == bench.Models.Tiny)
                {
                    await bench.SettleAsync(model, wire, ServerKind.Watched, ServerKind.Unwatched);
                }

                var load = bench.MakeLoad(model.Calls(wire), Bench.ManyConnections);
                var rounds = await bench.CompareAsync(wire, TimesTheRounds * bench.Plan.Rounds, (ServerKind.Watched, load), (ServerKind.Unwatched, load));
                var on = rounds.Select(static round => round[0]).ToList();
                var off = rounds.Select(static round => round[1]).ToList();
                var ratio = Spread.Of(on.Zip(off, static (one, other) => one.PerSecond / other.PerSecond));
                yield return new Row(
                    $"(b) with dashboard, metrics and traces / without, requests per second, {Figures.NameOf(wire)}, {Bench.ManyConnections} connections",
                    model.Id,
                    Figures.Compare(on, off, ratio) + Figures.NotRight(on) + Figures.NotRight(off),
                    $"≥ {Least.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)}×",
                    ratio.Median >= Least);
            }
        }
    }
}
