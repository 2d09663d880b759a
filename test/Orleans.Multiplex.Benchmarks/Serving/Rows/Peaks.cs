using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>Requests a second where each connection asks again when it has its answer.</summary>
internal sealed class Peaks(string name, IReadOnlyList<int> connections, IReadOnlyList<Wire> wires, BarChart chart) : IServingPart
{
    private const int ServersWarmed = 4;
    private const int ServersCompared = 3;

    public string Name => name;

    public double Seconds(Plan plan) => wires.Count * plan.PeakModels * (
        (ServersWarmed * plan.WarmUps * plan.WarmUpSeconds) + (2 * plan.LoadSeconds) + (connections.Count * plan.Rounds * ServersCompared * plan.LoadSeconds));

    public async IAsyncEnumerable<Row> MeasureAsync(Bench bench)
    {
        foreach (var model in new[] { bench.Models.Tiny, bench.Models.Perceptron, bench.Models.Convolutional }.Take(bench.Plan.PeakModels))
        {
            foreach (var wire in wires)
            {
                var bare = await bench.ChooseBareAsync(model, wire);
                await bench.WarmUpAsync(model, wire, ServerKind.Gateway, ServerKind.Cluster);
                foreach (var count in connections)
                {
                    var load = bench.MakeLoad(model.Calls(wire), count);
                    var rounds = await bench.CompareAsync(wire, bench.Plan.Rounds, (bare, load), (ServerKind.Gateway, load), (ServerKind.Cluster, load));
                    yield return MakeRow(ServerKind.Gateway, rounds, 1);
                    yield return MakeRow(ServerKind.Cluster, rounds, 2);

                    Row MakeRow(ServerKind kind, IReadOnlyList<Measurement[]> rounds, int side)
                    {
                        var ours = rounds.Select(round => round[side]).ToList();
                        var theirs = rounds.Select(static round => round[0]).ToList();
                        var ratio = Spread.Of(ours.Zip(theirs, static (our, their) => our.PerSecond / their.PerSecond));
                        var least = count == Bench.ManyConnections ? LimitOf(bench.Models, model, wire, kind) : null;
                        chart.Add($"{Figures.LetterOf(kind)}/(a) {model.Id} {Figures.NameOf(wire)}, {count} connection{(count == 1 ? "" : "s")}", ratio, least);
                        return new Row(
                            $"{Figures.LetterOf(kind)} / (a), requests per second, {Figures.NameOf(wire)}, {count} connection{(count == 1 ? "" : "s")}",
                            $"{model.Id}; (a) {(bare == ServerKind.BareBounded ? "bounds its runs" : "has no bound")}",
                            Figures.Compare(ours, theirs, ratio) + Figures.NotRight(ours) + Figures.NotRight(theirs),
                            least is { } limit ? $"≥ {limit.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)}×" : "",
                            ratio.Median >= least);
                    }
                }
            }
        }
    }

    private static double? LimitOf(ServedModels models, ServedModel model, Wire wire, ServerKind kind) =>
        kind == ServerKind.Cluster ? (model == models.Tiny && wire == Wire.Binary ? 0.55 : null)
        : model == models.Tiny ? (wire == Wire.Grpc ? null : 0.95)
        : model == models.Perceptron ? (wire == Wire.Binary ? 2.0 : wire == Wire.Json ? 1.4 : null)
        : wire == Wire.Binary ? 0.98 : null;
}
