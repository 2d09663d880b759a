using System.Collections.Immutable;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>Models that have their weights in other files.</summary>
public sealed class ExternalDataTests : IDisposable
{
    private const string Weights = "weights.bin";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Places => [.. HostileModels.ExternalDataPlaces];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public async Task OpenAndInspect_DataInAFileThatIsNotOfTheVersion_AreRefusedWhereverTheyAreAskedFor(string place)
    {
        var artifact = Put(HostileModels.ExternalData(place, Weights));
        await File.WriteAllBytesAsync(_folder[Weights], new byte[4], TestContext.Current.CancellationToken);

        var opened = await Assert.ThrowsAsync<ModelLoadFailedException>(() => OpenAsync(artifact));
        var inspected = await Assert.ThrowsAsync<ModelLoadFailedException>(() => InspectAsync(artifact));

        Assert.Contains(
            place.EndsWith("only", StringComparison.Ordinal) ? "does not say clearly whether its data lie in another file" : "'weights.bin', which is none of the other files of its version",
            opened.Reason,
            StringComparison.Ordinal);
        Assert.Equal(opened.Reason, inspected.Reason);
    }

    [Theory]
    [InlineData("initializer", 0)]
    [InlineData("constant", 0)]
    [InlineData("initializer", 2_000_000)]
    public async Task Open_DataInAFileOfTheVersion_AnswersAndCountsThem(string place, int padding)
    {
        // Small files are opened from memory, large ones by their path.
        byte[] model = [.. HostileModels.ExternalData(place, Weights), .. new ProtoMessage().Add(6, new string('x', padding)).Bytes.Span];
        var artifact = Put(model, (Weights, BitConverter.GetBytes(41f)));
        using var session = await OpenAsync(artifact);

        Assert.Equal([42f], session.RunToTensor(Tensor.Create("x", [1f])).AsSpan<float>());
    }

    [Fact]
    public async Task Open_SettingsBesideTheModel_AreNoDataOfIt()
    {
        using (var session = await OpenAsync(Put(TestModels.Affine(2, 0), ("model.json", "{}"u8.ToArray()))))
        {
            Assert.NotNull(session);
        }

        var asked = Put(TestModels.Table([1], ("location", "model.json")), ("model.json", new byte[4]));
        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => OpenAsync(asked));

        Assert.Contains("'model.json', which is none of the other files", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_DataInAFileOfTheVersion_AreInItsEstimate()
    {
        const int Rows = 1_000_000;
        var artifact = Put(TestModels.Table([Rows], ("location", "data/weights.bin"), ("offset", "4096")), ("data/weights.bin", new byte[4096 + (Rows * sizeof(float))]));

        Assert.InRange((await InspectAsync(artifact)).EstimatedBytes, Rows * sizeof(float), Rows * sizeof(float) * 1.1);
        using var session = await OpenAsync(artifact);
        Assert.Equal([0f], session.RunToTensor(Tensor.Create("x", [1L])).AsSpan<float>());
    }

    [Theory]
    [InlineData("prepacked_0", "MatMul;0;64", "says 'prepacked_0' of its data")]
    [InlineData("length", "8", "does not fit its shape")]
    [InlineData("length", "-4", "'-4' as the length, which is no number")]
    [InlineData("offset", "1e3", "'1e3' as the offset, which is no number")]
    [InlineData("offset", "9223372036854775807", "does not fit its shape")]
    [InlineData("offset", "1", "need 5 bytes of 'weights.bin', which has 4")]
    [InlineData("location", "model.onnx", "'model.onnx', which is none of the other files")]
    [InlineData("location", "./weights.bin", "'./weights.bin', which is none of the other files")]
    [InlineData("location", "../weights.bin", "'../weights.bin', which is none of the other files")]
    [InlineData("location", "/etc/passwd", "'/etc/passwd', which is none of the other files")]
    [InlineData("location", "", "does not fit its shape")]
    public async Task Open_DataWhereTheyMustNotBe_AreRefused(string key, string value, string reason)
    {
        var artifact = Put(TestModels.Table([1], ("location", Weights), (key, value)), (Weights, new byte[4]));

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => OpenAsync(artifact));

        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileThatLeadsElsewhereOrIsElsewhere_IsRefused()
    {
        await File.WriteAllBytesAsync(_folder["secret"], new byte[4], TestContext.Current.CancellationToken);
        var artifact = Put(TestModels.Table([1], ("location", Weights)), (Weights, new byte[4]));
        File.Delete(_folder["m/weights.bin"]);
        File.CreateSymbolicLink(_folder["m/weights.bin"], _folder["secret"]);
        var elsewhere = new ModelArtifact("m", 1, ImmutableDictionary<string, string>.Empty.Add("model.onnx", _folder["m/model.onnx"]).Add(Weights, _folder["secret"]));

        Assert.Contains("which is no file", (await Assert.ThrowsAsync<ModelLoadFailedException>(() => OpenAsync(artifact))).Reason, StringComparison.Ordinal);
        Assert.Contains("none of the other files", (await Assert.ThrowsAsync<ModelLoadFailedException>(() => OpenAsync(elsewhere))).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SessionSettings_DataInAnotherFile_IsNotFoundEvenIfTheFileWasNotChecked(bool byPath)
    {
        using var model = new ModelOnDisk(HostileModels.ExternalData("initializer", Weights));
        await File.WriteAllBytesAsync(
            Path.Combine(Path.GetDirectoryName(model.Path)!, Weights), new byte[4], TestContext.Current.CancellationToken);
        NativeEnvironment.Start(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        using var settings = SessionSettings.Create(1000);

        var error = Assert.Throws<Microsoft.ML.OnnxRuntime.OnnxRuntimeException>(() => byPath
            ? new Microsoft.ML.OnnxRuntime.InferenceSession(model.Path, settings)
            : new Microsoft.ML.OnnxRuntime.InferenceSession(File.ReadAllBytes(model.Path), settings));

        Assert.Contains("external-data-is-refused", error.Message, StringComparison.Ordinal);
    }

    private static async Task<IInferenceSession> OpenAsync(ModelArtifact artifact) =>
        await ModelOnDisk.Backend.OpenAsync(artifact, TestContext.Current.CancellationToken);

    private static async Task<ModelFacts> InspectAsync(ModelArtifact artifact) =>
        await ModelOnDisk.Backend.InspectAsync(artifact, TestContext.Current.CancellationToken);

    private ModelArtifact Put(byte[] model, params (string Name, byte[] Content)[] others)
    {
        var paths = ImmutableDictionary<string, string>.Empty;
        foreach (var (name, content) in others.Append(("model.onnx", model)))
        {
            var path = _folder[$"m/{name}"];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
            paths = paths.Add(name, path);
        }

        return new ModelArtifact("m", 1, paths);
    }
}
