using System.Collections.Immutable;
using System.Globalization;
using Orleans.Multiplex.Benchmarks.Silos;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.Testing.Onnx;

namespace Orleans.Multiplex.Benchmarks.Memory;

/// <summary>What a process takes while it keeps 16 of 200 models and others come and go all the time, as against what of it is live.</summary>
internal static class Churn
{
    private const int Models = 200;
    private const int Kept = 16;
    private const int Requests = 2_000;
    private const int SampleEvery = 50;
    private const int Width = 1024;
    private const double MostOfLive = 2;

    public static async Task<Row> MeasureAsync()
    {
        var folder = Directory.CreateTempSubdirectory("multiplex-store-");
        try
        {
            Write(folder.FullName);
            await using var silo = await BenchmarkSilo.StartAsync(
                folder.FullName, ("Multiplex:MaxModelsPerSilo", Kept.ToString(CultureInfo.InvariantCulture)));
            ImmutableArray<ModelValue> inputs = [Tensor.Create("x", new float[Width], 1, Width)];
            await silo.Client.InferAsync("0", inputs);
            await silo.Client.UnloadAsync("0");
            var baseline = Resident();
            var (worst, live, peak) = (0.0, 0L, 0L);
            var random = new Random(1);
            for (var i = 1; i <= Requests; i++)
            {
                await silo.Client.InferAsync(random.Next(Models).ToString(CultureInfo.InvariantCulture), inputs);
                if (i % SampleEvery == 0 && i >= Requests / 10)
                {
                    var taken = (double)(ProcessMemory.ReadResidentBytes()!.Value - baseline);
                    (worst, live, peak) = taken / silo.ChargedBytes > worst ? (taken / silo.ChargedBytes, silo.ChargedBytes, (long)taken) : (worst, live, peak);
                }
            }

            return new Row(
                "process memory under churn",
                string.Create(
                    CultureInfo.InvariantCulture, $"{Kept} of {Models} models of {4.0 * Width * Width * 2 / 1e6:0.0} MB resident, {Requests} requests, beyond the memory of one silo without models"),
                string.Create(CultureInfo.InvariantCulture, $"at worst {peak / 1e6:0} MB with {live / 1e6:0} MB live = {worst:0.00}×"),
                "≤ 2× of what is live",
                worst <= MostOfLive);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Each has weights of its own: files that are the same would be one in the cache.
    private static void Write(string folder)
    {
        for (var i = 0; i < Models; i++)
        {
            var path = Path.Combine(folder, i.ToString(CultureInfo.InvariantCulture), "model.onnx");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            LargeModels.WriteLayers(path, Width, 2, "MatMul", seed: i);
        }
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        HeapTrim.Run();
        return ProcessMemory.ReadResidentBytes() ?? throw new NotSupportedException("The memory of a process is not told here.");
    }
}
