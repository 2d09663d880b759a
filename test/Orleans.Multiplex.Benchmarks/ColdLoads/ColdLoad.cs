using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;

namespace Orleans.Multiplex.Benchmarks.ColdLoads;

/// <summary>
/// Loads a model in several ways by turns: as a silo loads a prepared one, which is to read its record and open it; by ONNX Runtime's
/// constructor alone on the same file with the same settings; and as everybody does, which is that constructor on the original.
/// </summary>
internal static class ColdLoad
{
    private const double MostOfBare = 1.2;
    private const double MoreThanBare = 0.1;
    private const int LeastRounds = 7;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static IEnumerable<Row> Measure(BenchmarkModel model)
    {
        BringIntoMemory(model.Original);
        var bareFile = WriteBareFile(model.Prepared);
        BringIntoMemory(bareFile);
        foreach (var opening in model.Prepared.Openings)
        {
            using var mapped = SessionSettings.CreateForMapped(isPacked: opening == Opening.Mapped);
            var settings = model.Prepared.Content is { } content ? PreparedOpening.GetShared(content.Length) : mapped;
            IDisposable LoadOurs() => LoadPrepared(model.Prepared.Folder, opening);
            var name = $"{model.Name}: {Mega(new FileInfo(model.Original).Length)}, {opening}, 1 thread, file in memory";
            var (ours, bare) = Compare(LoadOurs, () => LoadBare(bareFile, opening, settings));
            yield return new Row(
                "cold load vs bare in the same mode", name, Figures(ours, bare),
                "≤ 1.2× + 0.1 ms", ours <= (MostOfBare * bare) + MoreThanBare);
            (ours, var naive) = Compare(LoadOurs, () => new InferenceSession(model.Original));
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
            ? PreparedOpening.Open("m", model, opening, SessionHooks.None, TimeProvider.System, CancellationToken.None)
            : throw new FileNotFoundException("The prepared model is gone.", folder);

    private static InferenceSession LoadBare(string path, Opening opening, SessionOptions settings) =>
        opening == Opening.Read ? new InferenceSession(File.ReadAllBytes(path), settings) : new InferenceSession(path, settings);

    /// <summary>The medians of two ways by turns, in milliseconds.</summary>
    private static (double Ours, double Other) Compare(Func<IDisposable> ours, Func<IDisposable> other)
    {
        // .NET compiles anew what is called often: only then is it measured.
        LoadByTurns(ours, other, least: 1, Patience / 3);
        var (ourTimes, otherTimes) = LoadByTurns(ours, other, LeastRounds, Patience);
        return (Median(ourTimes), Median(otherTimes));
    }

    private static (List<double> Ours, List<double> Other) LoadByTurns(Func<IDisposable> ours, Func<IDisposable> other, int least, TimeSpan patience)
    {
        var random = new Random(1);
        var (ourTimes, otherTimes) = (new List<double>(), new List<double>());
        while (ourTimes.Count < least || ourTimes.Sum() + otherTimes.Sum() < patience.TotalMilliseconds)
        {
            // Who goes first changes from round to round.
            var isOursFirst = random.Next(2) == 0;
            if (isOursFirst)
            {
                ourTimes.Add(Load(ours));
            }

            otherTimes.Add(Load(other));
            if (!isOursFirst)
            {
                ourTimes.Add(Load(ours));
            }
        }

        return (ourTimes, otherTimes);
    }

    // The heap is given back before, so that no load finds memory which another has touched.
    private static double Load(Func<IDisposable> way)
    {
        HeapTrim.Run();
        var start = ThreadTime.Now;
        using var session = way();
        return (ThreadTime.Now - start).TotalMilliseconds;
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
