using System.Collections.Immutable;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class BrokenFileTests
{
    public static TheoryData<string> Names => [.. HostileModels.Broken().Select(model => model.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Open_BrokenFile_IsModelLoadFailedAndSaysWhyInOneLine(string name)
    {
        var file = HostileModels.Broken().Single(model => model.Name == name).File;

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => ModelOnDisk.OpenAsync(file));

        Assert.Equal("m", error.ModelId);
        Assert.InRange(error.Reason.Length, 10, 510);
        Assert.DoesNotContain(error.Reason, char.IsControl);
        Assert.DoesNotContain(Path.GetTempPath(), error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("onnxruntime_src", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAndInspect_EveryPrefixOfAModel_IsModelLoadFailed()
    {
        var file = TestModels.Affine(2, 1);

        for (var length = 0; length < file.Length; length++)
        {
            await Assert.ThrowsAsync<ModelLoadFailedException>(() => ModelOnDisk.OpenAsync(file[..length]));
            await Assert.ThrowsAsync<ModelLoadFailedException>(() => ModelOnDisk.InspectAsync(file[..length]));
        }
    }

    [Theory]
    [InlineData("empty", "its file is empty.")]
    [InlineData("html", "it is no ONNX model, or is damaged: at byte")]
    [InlineData("no graph", "it is no ONNX model, or is cut off: it has no graph.")]
    [InlineData("length beyond the end", "4294967295 bytes should follow and there are 1; the file is cut off or no protobuf.")]
    [InlineData("unknown domain", "it has operators of the domain 'no.such.domain', which ONNX Runtime does not have here.")]
    [InlineData("no data", "the shape of a tensor in it ('w') asks for more elements than the file holds.")]
    [InlineData("overflowing dimensions", "the shape of a tensor in it ('w') asks for more elements than the file holds.")]
    public async Task Inspect_BrokenFile_SaysWhatIsWrong(string name, string reason)
    {
        var file = HostileModels.Broken().Single(model => model.Name == name).File;

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => ModelOnDisk.InspectAsync(file));

        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileThatIsGone_IsModelLoadFailedWithoutItsFolder()
    {
        const string Path = "/no/such/folder/model.onnx";
        var artifact = new ModelArtifact("m", 1, ImmutableDictionary<string, string>.Empty.Add("model.onnx", Path));

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(
            async () => await ModelOnDisk.Backend.OpenAsync(artifact, TestContext.Current.CancellationToken));

        Assert.DoesNotContain("/no/such", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FolderWithoutTheFile_ListsTheFilesThatThereAre()
    {
        var artifact = new ModelArtifact("m", 1, ImmutableDictionary<string, string>.Empty.Add("weights.bin", "/tmp/weights.bin"));

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(
            async () => await ModelOnDisk.Backend.InspectAsync(artifact, TestContext.Current.CancellationToken));

        Assert.Contains("weights.bin", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(200)]
    public async Task Inspect_ConditionsInsideConditions_AreFollowedOnlySoDeep(int depth)
    {
        var file = DeepIfs(depth);

        if (depth <= 30)
        {
            await ModelOnDisk.InspectAsync(file);
        }
        else
        {
            var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => ModelOnDisk.InspectAsync(file));
            Assert.Contains("nested deeper than", error.Reason, StringComparison.Ordinal);
            await Assert.ThrowsAsync<ModelLoadFailedException>(() => ModelOnDisk.OpenAsync(file));
        }
    }

    [Fact]
    public async Task Open_NestedConditions_OpenAndRun()
    {
        var output = await Runs.RunToTensorAsync(HostileModels.NestedIfs(6), Tensor.CreateScalar("true", true));

        Assert.Equal([1f], output.AsSpan<float>());
    }

    [Fact]
    public async Task Open_LongChainOfNodes_OpensAndRuns()
    {
        var output = await Runs.RunToTensorAsync(HostileModels.Chain(2_000), Tensor.Create("v0", [3f]));

        Assert.Equal([3f], output.AsSpan<float>());
    }

    [Fact]
    public async Task Open_LargeFile_IsOpenedByItsPathAndRuns()
    {
        var file = TestModels.Mlp(1_000_000);

        var output = await Runs.RunToTensorAsync(file, Tensor.Create("x", new float[32], 2, 16));

        Assert.Equal([2L, 16L], output.Shape);
        Assert.All(output.AsSpan<float>().ToArray(), value => Assert.Equal(0f, value));
    }

    [Fact]
    public async Task Open_LargeFileThatIsBroken_DoesNotTellItsFolder()
    {
        var file = TestModels.Mlp(1_000_000);
        var broken = new OnnxModelBuilder(new OnnxGraph("broken")
            .Input("x", TensorType.Float32, -1)
            .Output("y", TensorType.Float32, -1)
            .Initializer(Tensor.Create("w", new float[1 << 20]))
            .Node("NoSuchOperator", ["x"], ["y"])).Build();
        Assert.True(file.Length > 1 << 20 && broken.Length > 1 << 20);

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => ModelOnDisk.OpenAsync(broken));

        Assert.Contains("NoSuchOperator", error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("multiplex-onnx-", error.Reason, StringComparison.Ordinal);
    }

    // Only the first branch is nested, so that the file does not double with each level.
    private static byte[] DeepIfs(int depth)
    {
        var leaf = new OnnxGraph("leaf").Output("w", TensorType.Float32, 1)
            .Node("Constant", [], ["w"], AttributeValue.Of("value", Tensor.Create("w", [1f])));
        var inner = leaf;
        for (var i = 0; i < depth; i++)
        {
            inner = new OnnxGraph("branch").Output("w", TensorType.Float32, 1).Node(
                "If", ["true"], ["w"], AttributeValue.Of("then_branch", inner), AttributeValue.Of("else_branch", leaf));
        }

        return new OnnxModelBuilder(new OnnxGraph("deep").Input("true", TensorType.Bool).Output("w", TensorType.Float32, 1).Node(
            "If", ["true"], ["w"], AttributeValue.Of("then_branch", inner), AttributeValue.Of("else_branch", leaf))).Build();
    }
}
