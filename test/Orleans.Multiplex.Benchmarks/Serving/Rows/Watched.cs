using System.Globalization;
using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>
/// What it costs to be watched: dashboard, metrics and traces on, beside all of them off. With the tiny model also where the metrics have two readers. What is looked for is
/// small, and two processes of one kind differ by as much: so all are started anew some times, and two of them are of one kind, to show how exact it is.
/// </summary>
internal sealed class Watched : IServingPart
{
    private const double Least = 0.97;

    // Of others.
    private const int TimesTheRounds = 2;

    // The first is what the others are compared with.
    private static readonly ServerKind[] Kinds = [ServerKind.Unwatched, ServerKind.UnwatchedToo, ServerKind.Watched];

    public string Name => "watched";

    public double Seconds(Plan plan) => plan.Starts * (
        (plan.FirstWarmUps * plan.WarmUpSeconds * (Kinds.Length + 1))
        + plan.SettleSeconds
        + (Enum.GetValues<Wire>().Length * ((plan.PeakModels * Kinds.Length) + 1) * ((plan.WarmUps * plan.WarmUpSeconds) + (TimesTheRounds * plan.Rounds * plan.LoadSeconds))));

    public async IAsyncEnumerable<Row> MeasureAsync(Bench bench)
    {
        var sides = (
            from model in new[] { bench.Models.Tiny, bench.Models.Perceptron, bench.Models.Convolutional }.Take(bench.Plan.PeakModels)
            from wire in Enum.GetValues<Wire>()
            select new Sides(model, wire, model == bench.Models.Tiny ? [.. Kinds, ServerKind.WatchedTwice] : Kinds)).ToList();
        for (var start = 0; start < bench.Plan.Starts; start++)
        {
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Servers are started anew: {start + 1} of {bench.Plan.Starts}."));
            await using var servers = new ServerSet(bench.Models);
            await MeasureAsync(new Bench(bench.Plan, bench.Models, servers, seed: start), sides);
        }

        foreach (var one in sides)
        {
            for (var side = 1; side < one.Kinds.Count; side++)
            {
                yield return one.ToRow(side);
            }
        }
    }

    private static async Task MeasureAsync(Bench bench, List<Sides> sides)
    {
        await bench.WarmUpAsync(sides[0].Model, sides[0].Wire, sides[0].Kinds);
        await bench.SettleAsync(sides[0].Model, sides[0].Wire, sides[0].Kinds);
        foreach (var (model, wire, kinds) in sides)
        {
            await bench.WarmUpAsync(model, wire, kinds);
        }

        foreach (var one in sides)
        {
            var load = bench.MakeLoad(one.Model.Calls(one.Wire), Bench.ManyConnections);
            one.Starts.Add(await bench.CompareAsync(one.Wire, TimesTheRounds * bench.Plan.Rounds, [.. one.Kinds.Select(kind => (kind, load))]));
        }
    }

    /// <summary>What is compared with a model in a wire, and what came of it.</summary>
    private sealed record Sides(ServedModel Model, Wire Wire, IReadOnlyList<ServerKind> Kinds)
    {
        /// <summary>What each gave, by the start and the round.</summary>
        public List<IReadOnlyList<Measurement[]>> Starts { get; } = [];

        public Row ToRow(int side)
        {
            var ratio = Spread.Of(Starts.Select(rounds => Spread.Of(rounds.Select(round => round[side].PerSecond / round[0].PerSecond)).Median));
            List<Measurement> ours = [.. Starts.SelectMany(rounds => rounds.Select(round => round[side]))];
            List<Measurement> theirs = [.. Starts.SelectMany(static rounds => rounds.Select(static round => round[0]))];
            var isBound = Kinds[side] == ServerKind.Watched;
            return new Row(
                $"(b) {NameOf(Kinds[side])}, requests per second, {Figures.NameOf(Wire)}, {Bench.ManyConnections} connections",
                Model.Id,
                Figures.Compare(ours, theirs, ratio) + Figures.NotRight(ours) + Figures.NotRight(theirs),
                isBound ? $"≥ {Least.ToString("0.00", CultureInfo.InvariantCulture)}×" : "",
                ratio.Median >= Least);
        }

        private static string NameOf(ServerKind kind) => kind switch
        {
            ServerKind.UnwatchedToo => "without dashboard, metrics and traces / another like it",
            ServerKind.WatchedTwice => "with dashboard, metrics for Prometheus and by OTLP, and traces / without",
            _ => "with dashboard, metrics and traces / without",
        };
    }
}
