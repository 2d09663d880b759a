using System.Collections.Immutable;
using System.Globalization;
using Orleans.Multiplex.Benchmarks.ColdLoads;
using Orleans.Multiplex.Benchmarks.Silos;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Memory;

namespace Orleans.Multiplex.Benchmarks.Memory;

/// <summary>
/// What a silo keeps of its memory once all models are evicted: it has answered with one of each kind, in batches too, and with 2,000 tiny ones beside them. It
/// is left alone afterwards, so that what it gives back it gives back by itself.
/// </summary>
internal static class AfterEviction
{
    private const int Tiny = 2_000;
    private const int Batch = 16;
    private const double MostOfPeak = 0.05;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(12);

    public static async Task<Row> MeasureAsync(IReadOnlyList<BenchmarkModel> models)
    {
        var store = Directory.CreateTempSubdirectory("multiplex-store-");
        try
        {
            foreach (var model in models)
            {
                File.CreateSymbolicLink(MakePath(store.FullName, FirstAnswer.IdOf(model)), Path.GetFullPath(model.Original));
            }

            var tiny = await File.ReadAllBytesAsync(models[0].Original);
            for (var i = 0; i < Tiny; i++)
            {
                // Files that are the same would be one in the cache; the last bytes are those of a weight.
                BitConverter.TryWriteBytes(tiny.AsSpan(tiny.Length - sizeof(float)), (ushort)i);
                await File.WriteAllBytesAsync(MakePath(store.FullName, Id(i)), tiny);
            }

            await using var silo = await BenchmarkSilo.StartAsync(store.FullName);
            await silo.Client.InferAsync(Id(0), MakeUp(models[0], 1));
            await silo.Client.UnloadAsync(Id(0));
            var baseline = await MeasureAtRestAsync();
            return await MeasureAsync(silo, models, baseline);
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    private static async Task<Row> MeasureAsync(BenchmarkSilo silo, IReadOnlyList<BenchmarkModel> models, long baseline)
    {
        // The first answer is the original's, and has it prepared; once that is done, the next load is of the prepared form.
        var ids = models.Select(FirstAnswer.IdOf).ToList();
        foreach (var (model, id) in models.Zip(ids))
        {
            await silo.Client.InferAsync(id, MakeUp(model, 1));
            await silo.Client.InferAsync(id, MakeUp(model, Batch));
        }

        for (var i = 0; i < Tiny; i++)
        {
            await silo.Client.InferAsync(Id(i), MakeUp(models[0], 1));
        }

        var peak = ProcessMemory.ReadResidentBytes()!.Value;
        var anonymous = ProcessMemory.ReadAnonymousBytes()!.Value;
        foreach (var id in ids.Concat(Enumerable.Range(0, Tiny).Select(Id)))
        {
            await silo.Client.UnloadAsync(id);
        }

        var rest = await MeasureAtRestAsync();
        return new Row(
            "memory of a silo after everything is evicted",
            $"one of each model, run alone and in batches of {Batch}, and {Tiny} tiny; {Rest.TotalSeconds:0} s later",
            string.Create(
                CultureInfo.InvariantCulture,
                $"baseline {Mega(baseline)}, peak {Mega(peak)} ({Mega(anonymous)} of it heap), after {Mega(rest)}: {100.0 * (rest - baseline) / peak:0.0} % of the peak more"),
            "≤ baseline + 5 % of the peak",
            rest <= baseline + (MostOfPeak * peak));
    }

    private static string Id(int i) => string.Create(CultureInfo.InvariantCulture, $"tiny-{i}");

    private static ImmutableArray<ModelValue> MakeUp(BenchmarkModel model, int size) =>
        MadeUpInputs.Create(model.Prepared.Signature, size, withOptional: false, seed: 1)
            ?? throw new InvalidOperationException($"No inputs can be made up for {model.Name}.");

    private static string MakePath(string store, string id) => Path.Combine(Directory.CreateDirectory(Path.Combine(store, id)).FullName, "model.onnx");

    // .NET collects when it needs room, and needs none at rest; what native code took is given back without help.
    private static async Task<long> MeasureAtRestAsync()
    {
        await Task.Delay(Rest, TimeProvider.System);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return ProcessMemory.ReadResidentBytes()!.Value;
    }

    private static string Mega(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");
}
