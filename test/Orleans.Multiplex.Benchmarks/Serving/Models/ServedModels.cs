using Orleans.Multiplex.LoadGenerator;
using Orleans.Multiplex.Testing.Onnx;

namespace Orleans.Multiplex.Benchmarks.Serving.Models;

/// <summary>The models of all rows, in one folder.</summary>
internal sealed class ServedModels : IDisposable
{
    /// <summary>How often the nth model is asked: as one over n, which is how Zipf found words to be.</summary>
    private const double ZipfExponent = 1;

    private const int DifferentRows = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-serving-");

    public ServedModels(int many)
    {
        Folder = _folder.CreateSubdirectory("models").FullName;
        Tiny = ServedModel.Make(Folder, "tiny", [1, 16], DifferentRows, static path => WriteTiny(path, 0));
        Perceptron = ServedModel.Make(Folder, "mlp", [1, 512], DifferentRows, static path => LargeModels.WritePerceptron(path, 512, 2048, 512));
        Convolutional = ServedModel.Make(Folder, "conv", [1, 3, 64, 64], DifferentRows, static path => LargeModels.WriteResNet(path, [16, 32, 64], classes: 100, side: 64));
        Slow = ServedModel.Make(Folder, "slow", [1, 3, 16, 16], DifferentRows, static path => LargeModels.WriteConvolutions(path, channels: 128, layers: 60, side: 16));
        Many = [.. Enumerable.Range(0, many).Select(i => ServedModel.Make(Folder, $"many-{i}", [1, 16], 2, path => WriteTiny(path, i + 1)))];
    }

    /// <summary>The folder that servers are told of.</summary>
    public string Folder { get; }

    /// <summary>Room for what else belongs to a run.</summary>
    public string Beside => _folder.FullName;

    /// <summary>A small classifier.</summary>
    public ServedModel Tiny { get; }

    /// <summary>512 → 2048 → 512: it multiplies, so that rows together cost less than each alone.</summary>
    public ServedModel Perceptron { get; }

    /// <summary>A small network for pictures.</summary>
    public ServedModel Convolutional { get; }

    /// <summary>One with a long run for a small input, so that a machine can be sent ten times what it can run without being busy with sending it.</summary>
    public ServedModel Slow { get; }

    /// <summary>Models as tiny, each with weights of its own.</summary>
    public IReadOnlyList<ServedModel> Many { get; }

    /// <summary>Calls of all of the many under a Zipf law.</summary>
    public IEnumerable<Call> ZipfCalls(Wire wire) => Many.SelectMany((model, i) => model.Calls(wire, weight: 1 / Math.Pow(i + 1, ZipfExponent)));

    /// <summary>Writes models of one content into a folder of their own.</summary>
    public string MakeIdle(int count)
    {
        var folder = Path.Combine(Beside, "idle");
        for (var i = 0; i < count; i++)
        {
            Directory.CreateDirectory(Path.Combine(folder, $"idle-{i}"));
            File.Copy(Path.Combine(Folder, Tiny.Id, "model.onnx"), Path.Combine(folder, $"idle-{i}", "model.onnx"));
        }

        return folder;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void WriteTiny(string path, int seed) => LargeModels.WritePerceptron(path, 16, 68, 16, seed);
}
