using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Testing.Onnx;

namespace Orleans.Multiplex.Benchmarks.ColdLoads;

/// <summary>A model of the benchmarks: its file, and what was prepared of it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Original">The original.</param>
/// <param name="Prepared">What was prepared of it.</param>
/// <param name="MostOfNaive">What a prepared load may take, as a part of a naive one.</param>
internal sealed record BenchmarkModel(string Name, string Original, PreparedModel Prepared, double MostOfNaive)
{
    private static readonly (string Name, Action<string> Write, double MostOfNaive)[] All =
    [
        ("tiny", static path => LargeModels.WritePerceptron(path, 16, 68, 16), 0.55),
        ("ResNet-18-like", static path => LargeModels.WriteResNet(path), 0.05),
        ("Gemm 10 MB", static path => LargeModels.WriteLayers(path, 936, 3, "Gemm"), 0.1),
        ("MatMul 400 MB", static path => LargeModels.WriteLayers(path, 4096, 6, "MatMul"), 0.1),
        ("embedding 400 MB", static path => LargeModels.WriteEmbedding(path, 100_000, 1024), 0.05),
    ];

    /// <summary>Writes the models into a folder and prepares them, unless they are there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="only">The only one to make; null for all.</param>
    public static List<BenchmarkModel> MakeAll(string folder, string? only)
    {
        Directory.CreateDirectory(folder);
        return [.. All.Where(model => only is null || model.Name == only).Select(model => Make(folder, model.Name, model.Write, model.MostOfNaive))];
    }

    private static BenchmarkModel Make(string folder, string name, Action<string> write, double mostOfNaive)
    {
        var original = Path.Combine(folder, $"{name}.onnx");
        if (!File.Exists(original))
        {
            Console.Error.WriteLine($"Writing {name}.");
            var unfinished = $"{original}.{Environment.ProcessId}";
            write(unfinished);
            File.Move(unfinished, original);
        }

        // Without a digest of the original: these never change while their names stay.
        var prepared = Path.Combine(folder, $"{name}.{PreparationKey.Of(name, PreparationTarget.Current)[..16]}");
        var outcome = new ModelPreparation(NullLoggerFactory.Instance, TimeProvider.System, TimeSpan.FromMinutes(1))
            .Prepare(original, prepared, CancellationToken.None);
        return new BenchmarkModel(
            name, original, outcome.Model ?? throw new InvalidOperationException($"{name} cannot be prepared: {outcome.Reason}"), mostOfNaive);
    }
}
