using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;

namespace Orleans.Multiplex.Benchmarks.ColdLoads;

/// <summary>
/// Loads a model in several ways by turns: as a silo loads a prepared one, which is to read its record and open it; by ONNX Runtime's
/// constructor alone on the same file with the same settings; and as everybody does, which is that constructor on the original.
/// </summary>
internal static class ColdLoad
{
    private const double MostOfBare = 1.2;
    private const double MoreThanBare = 0.1;

    public static IEnumerable<Row> Measure(BenchmarkModel model)
    {
        BringIntoMemory(model.Original);
        var bareFile = WriteBareFile(model.Prepared);
        BringIntoMemory(bareFile);
        foreach (var opening in model.Prepared.Openings)
        {
            using var settings = opening == Opening.Read
                ? SessionSettings.CreateForOptimized()
                : SessionSettings.CreateForMapped(isPacked: opening == Opening.Mapped);
            var times = MeasureByTurns(
                model.Rounds,
                () => LoadPrepared(model.Prepared.Folder, opening),
                () => LoadBare(bareFile, opening, settings),
                () => new InferenceSession(model.Original));
            var (ours, bare, naive) = (times[0], times[1], times[2]);
            var name = $"{model.Name}: {Mega(new FileInfo(model.Original).Length)}, {opening}, 1 thread, file in memory";
            yield return new Row(
                "cold load vs bare in the same mode", name, Figures(ours, bare),
                "≤ 1.2× + 0.1 ms", ours <= (MostOfBare * bare) + MoreThanBare);
            var isFirst = opening == model.Prepared.Opening;
            yield return new Row(
                "cold load vs the naive default", name, Figures(ours, naive),
                isFirst ? string.Create(CultureInfo.InvariantCulture, $"≤ {model.MostOfNaive}×") : "", ours <= model.MostOfNaive * naive);
        }
    }

    // What lies in the record, lies in a file of its own for who has no records.
    private static string WriteBareFile(PreparedModel model)
    {
        if (model.Content is null)
        {
            return model.Path;
        }

        var path = $"{model.Folder}.bare.onnx";
        File.WriteAllBytes(path, model.Content);
        return path;
    }

    private static IDisposable LoadPrepared(string folder, Opening opening) =>
        PreparedModel.TryRead(folder, out var model)
            ? PreparedOpening.Open("m", model, opening, TimeProvider.System, CancellationToken.None)
            : throw new FileNotFoundException("The prepared model is gone.", folder);

    private static InferenceSession LoadBare(string path, Opening opening, SessionOptions settings) =>
        opening == Opening.Read ? new InferenceSession(File.ReadAllBytes(path), settings) : new InferenceSession(path, settings);

    // Medians in milliseconds. The heap is given back before each, so that none finds memory which another has touched; who goes first and who
    // follows whom changes from round to round. Rounds before the first one warm up, until .NET has compiled what is called as it stays.
    private static double[] MeasureByTurns(int rounds, params Func<IDisposable>[] ways)
    {
        var times = ways.Select(_ => new List<double>()).ToArray();
        var turns = Enumerable.Range(0, ways.Length).ToArray();
        var random = new Random(1);
        for (var round = -1 - (rounds / 3); round < rounds; round++)
        {
            random.Shuffle(turns);
            foreach (var way in turns)
            {
                HeapTrim.Run();
                var start = ThreadTime.Now;
                using var session = ways[way]();
                var time = ThreadTime.Now - start;
                if (round >= 0)
                {
                    times[way].Add(time.TotalMilliseconds);
                }
            }
        }

        return [.. times.Select(Median)];
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void BringIntoMemory(string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[1 << 20];
        while (file.Read(buffer) > 0)
        {
        }
    }

    private static string Figures(double ours, double other) =>
        string.Create(CultureInfo.InvariantCulture, $"{ours:0.000} ms vs {other:0.000} ms = {ours / other:0.000}×");

    private static string Mega(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{(bytes < 1_000_000 ? bytes / 1e3 : bytes / 1e6):0.0} {(bytes < 1_000_000 ? "kB" : "MB")}");
}
