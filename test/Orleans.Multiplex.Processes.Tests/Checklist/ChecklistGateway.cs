using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>The gateway as a process of its own with models for the checklist, two inference threads, and a small limit of messages.</summary>
public sealed class ChecklistGateway : IAsyncLifetime
{
    public const int MaxRequestBytes = 1 << 20;
    public const int Threads = 2;

    /// <summary>Which models there are; <c>versions</c> adds its version to what it is given.</summary>
    private static readonly Dictionary<string, byte[]> Models = new()
    {
        ["versions/1"] = TestModels.Affine(1, 1),
        ["versions/2"] = TestModels.Affine(1, 2),
        ["never"] = TestModels.Affine(1, 0),
        ["broken"] = [1, 2, 3],
        ["pair"] = TestModels.SequenceOfTwo(),
        ["classes"] = TestModels.LinearClassifierWithNumbers(),
        ["numbers"] = TestModels.Identity(TensorType.Float32, -1),
        ["whole"] = TestModels.Identity(TensorType.Int64, -1),
        ["natural"] = TestModels.Identity(TensorType.UInt64, -1),
        ["text"] = TestModels.Identity(TensorType.String, -1),
        ["count"] = TestModels.Count(),
        ["iris/2"] = Iris(),
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-checklist-");

    public HostProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var (path, content) in Models)
        {
            AddModel(path, content);
        }

        Process = await HostProcess.StartAsync(
            ProcessCluster.Gateway,
            "gateway",
            [
                .. HostProcess.AnyPorts,
                $"--Multiplex:Models={Path.Combine(_folder.FullName, "models")}",
                $"--Multiplex:Cluster:Directory={Path.Combine(_folder.FullName, "cluster")}",
                $"--Multiplex:MaxRequestBytes={MaxRequestBytes}",
                $"--Multiplex:Execution:Threads={Threads}",
            ]);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Puts another model into the store.</summary>
    public void AddModel(string path, byte[] content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "models", path));
        File.WriteAllBytes(Path.Combine(folder.FullName, "model.onnx"), content);
    }

    internal IWire Open(Wire wire) => Open(Process, wire);

    internal static IWire Open(HostProcess process, Wire wire) => wire is Wire.Json or Wire.Binary
        ? new RestWire(process.CreateClient(), wire == Wire.Binary)
        : new GrpcWire(process.GrpcAddress!, wire == Wire.Raw);

    /// <summary>The residents of a model: the state of each, and how much it is in use.</summary>
    internal async Task<List<(string State, int InFlight)>> GetResidentsAsync(string model)
    {
        using var http = Process.CreateClient();
        var report = await http.GetFromJsonAsync<JsonElement>($"/multiplex/models/{model}");
        return [.. report.GetProperty("locations").EnumerateArray().Select(one => (one.GetProperty("state").GetString()!, one.GetProperty("inFlight").GetInt32()))];
    }

    internal async Task<int> GetInFlightAsync(string model) => (await GetResidentsAsync(model)).Sum(resident => resident.InFlight);

    /// <summary>Looks until it is so; a minute is far beyond any of it.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var start = TimeProvider.System.GetTimestamp(); !await isSo();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(1), string.Create(CultureInfo.InvariantCulture, $"It did not come to this: {what}"));
            await look.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    // The protocol's own example: X, FP32 [-1,4], to label, which is 0 where the third number is below 3, and else 2.
    private static byte[] Iris() => new OnnxModelBuilder(new OnnxGraph("iris")
        .Input("X", TensorType.Float32, -1, 4)
        .Output("label", TensorType.Int64, -1)
        .Node(
            OnnxModelBuilder.MlDomain,
            "LinearClassifier",
            ["X"],
            ["label", "scores"],
            AttributeValue.Of("classlabels_ints", (long[])[0, 1, 2]),
            AttributeValue.Of("coefficients", (float[])[0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 1, 0]),
            AttributeValue.Of("intercepts", (float[])[3, 0, -3]),
            AttributeValue.Of("multi_class", 1L),
            AttributeValue.Of("post_transform", "NONE")))
    {
        MlOpset = 1,
    }.Build();
}
