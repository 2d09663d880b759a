using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.Benchmarks.ColdLoads;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Runs;

namespace Orleans.Multiplex.Benchmarks.Silos;

/// <summary>
/// The first answer of a model that is not resident, through the SDK, the grain, the ledger and the loader, beside opening the same file in the same way
/// and running it with nothing of ours around. On the clock, since many threads have a part in it.
/// </summary>
internal static class FirstAnswer
{
    private const double MostOfBare = 1.2;
    private const double MoreThanBare = 2;
    private const int LeastRounds = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static async Task<List<Row>> MeasureAllAsync(IReadOnlyList<BenchmarkModel> models)
    {
        var folder = Directory.CreateTempSubdirectory("multiplex-store-");
        try
        {
            foreach (var model in models)
            {
                Directory.CreateDirectory(Path.Combine(folder.FullName, IdOf(model)));
                File.CreateSymbolicLink(Path.Combine(folder.FullName, IdOf(model), "model.onnx"), Path.GetFullPath(model.Original));
            }

            await using var silo = await BenchmarkSilo.StartAsync(folder.FullName);
            var rows = new List<Row>();
            foreach (var model in models)
            {
                rows.Add(await MeasureAsync(silo, model));
            }

            return rows;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Row> MeasureAsync(BenchmarkSilo silo, BenchmarkModel model)
    {
        var inputs = MadeUpInputs.Create(model.Prepared.Signature, 1, withOptional: false, seed: 1)!.Value;
        var id = IdOf(model);
        await PrepareAsync(silo, id, inputs);
        await WarmUpAsync(silo, id, inputs);
        var (ours, bare) = (new List<double>(), new List<double>());
        while (ours.Count < LeastRounds || ours.Sum() + bare.Sum() < Patience.TotalMilliseconds)
        {
            ours.Add(await AskColdAsync(silo, id, inputs));
            bare.Add(OpenAndRun(model.Prepared, inputs));
        }

        var (our, other) = (Median(ours), Median(bare));
        return new Row(
            "first answer of a cold request through a grain vs bare open and run",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Name}: {new FileInfo(model.Original).Length / 1e6:0.0} MB, {model.Prepared.Opening}, 1 row, 1 inference thread a request, file in memory"),
            string.Create(CultureInfo.InvariantCulture, $"{our:0.00} ms vs {other:0.00} ms = {our / other:0.00}×"),
            "≤ 1.2× + 2 ms",
            our <= (MostOfBare * other) + MoreThanBare);
    }

    // The second request has the model prepared; what is opened from then on is that.
    private static async Task PrepareAsync(BenchmarkSilo silo, string id, ImmutableArray<ModelValue> inputs)
    {
        var known = CountPrepared(silo);
        while (CountPrepared(silo) == known)
        {
            await silo.Client.InferAsync(id, inputs);
            await silo.Client.InferAsync(id, inputs);
            await AskColdAsync(silo, id, inputs);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    // As before loads: for a third of the time, until .NET has compiled what is called often.
    private static async Task WarmUpAsync(BenchmarkSilo silo, string id, ImmutableArray<ModelValue> inputs)
    {
        for (var spent = 0.0; spent < Patience.TotalMilliseconds / 3;)
        {
            spent += await AskColdAsync(silo, id, inputs);
        }
    }

    private static int CountPrepared(BenchmarkSilo silo) => Directory.EnumerateFiles(silo.Cache, "prepared", SearchOption.AllDirectories)
        .Count(static path => !path.Contains(".tmp", StringComparison.Ordinal));

    private static async Task<double> AskColdAsync(BenchmarkSilo silo, string id, ImmutableArray<ModelValue> inputs)
    {
        var start = TimeProvider.System.GetTimestamp();
        await silo.Client.InferAsync(id, inputs);
        var took = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        await silo.Client.UnloadAsync(id);
        return took;
    }

    private static double OpenAndRun(PreparedModel model, ImmutableArray<ModelValue> inputs)
    {
        using var mapped = SessionSettings.CreateForMapped(isPacked: model.Opening == Opening.Mapped);
        var start = TimeProvider.System.GetTimestamp();
        using var session = model.Content is { } content
            ? new InferenceSession(content, PreparedOpening.GetShared(content.Length))
            : new InferenceSession(model.Path, mapped);
        using var bound = BoundInputs.Bind(inputs, new RequestCheck("m", model.Signature));
        using var options = new RunOptions();
        using var outputs = session.Run(options, bound.Names, bound.Values, [.. model.Signature.Outputs.Select(static output => output.Name)]);
        return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
    }

    public static string IdOf(BenchmarkModel model) => model.Name.Replace(' ', '-');

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
