using System.Globalization;
using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>What it costs to be watched: dashboard, metrics and traces on, beside all of them off. With the tiny model also where the metrics have two readers.</summary>
internal sealed class Watched : IServingPart
{
    private const double Least = 0.97;

    // Of others: what is looked for is small.
    private const int TimesTheRounds = 8;

    public string Name => "watched";

    public double Seconds(Plan plan) => Enum.GetValues<Wire>().Length
        * (plan.SettleSeconds + (((plan.PeakModels * 2) + 1) * ((plan.WarmUps * plan.WarmUpSeconds) + (TimesTheRounds * plan.Rounds * plan.LoadSeconds))));

    public async IAsyncEnumerable<Row> MeasureAsync(Bench bench)
    {
        foreach (var model in new[] { bench.Models.Tiny, bench.Models.Perceptron, bench.Models.Convolutional }.Take(bench.Plan.PeakModels))
        {
            foreach (var wire in Enum.GetValues<Wire>())
            {
                ServerKind[] kinds = model == bench.Models.Tiny
                    ? [ServerKind.Unwatched, ServerKind.Watched, ServerKind.WatchedTwice]
                    : [ServerKind.Unwatched, ServerKind.Watched];
                await bench.WarmUpAsync(model, wire, kinds);
                if (model == bench.Models.Tiny)
                {
                    await bench.SettleAsync(model, wire, kinds);
                }

                var load = bench.MakeLoad(model.Calls(wire), Bench.ManyConnections);
                var rounds = await bench.CompareAsync(wire, TimesTheRounds * bench.Plan.Rounds, [.. kinds.Select(kind => (kind, load))]);
                for (var on = 1; on < kinds.Length; on++)
                {
                    yield return ToRow(kinds[on], model, wire, [.. rounds.Select(round => round[on])], [.. rounds.Select(static round => round[0])]);
                }
            }
        }
    }

    private static Row ToRow(ServerKind kind, ServedModel model, Wire wire, IReadOnlyList<Measurement> on, IReadOnlyList<Measurement> off)
    {
        var ratio = Spread.Of(on.Zip(off, static (one, other) => one.PerSecond / other.PerSecond));
        var isTwice = kind == ServerKind.WatchedTwice;
        return new Row(
            $"(b) with dashboard, metrics{(isTwice ? " for Prometheus and by OTLP" : "")} and traces / without, requests per second, {Figures.NameOf(wire)}, {Bench.ManyConnections} connections",
            model.Id,
            Figures.Compare(on, off, ratio) + Figures.NotRight(on) + Figures.NotRight(off),
            isTwice ? "" : $"≥ {Least.ToString("0.00", CultureInfo.InvariantCulture)}×",
            ratio.Median >= Least);
    }
}
