using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.InPlace;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.InPlace;

/// <summary>Originals whose weights are used where they lie in the file: they give what they give opened as a whole.</summary>
public sealed class InPlaceOpeningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // What opens files by itself has to see to the environment of the process, which others test.
    public InPlaceOpeningTests() => NativeEnvironment.Start(NullLogger.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string ModelPath => _folder["model.onnx"];

    // A comment of another length moves all that comes after it, so that numbers begin at each place between multiples of their size.
    [Theory]
    [InlineData("layers", 0)]
    [InlineData("layers", 1)]
    [InlineData("layers", 2)]
    [InlineData("layers", 3)]
    [InlineData("embedding", 0)]
    [InlineData("embedding", 1)]
    [InlineData("pictures", 1)]
    [InlineData("pictures", 3)]
    [InlineData("one part", 0)]
    [InlineData("one part", 2)]
    public void Open_WeightsAnywhere_GivesTheSameAsAWhole(string model, int moved)
    {
        Write(model, moved);
        using var whole = Open(isWhole: true);
        using var inPlace = Open();
        Assert.True(inPlace.IsInPlace);
        Assert.False(whole.IsInPlace);

        foreach (var size in new[] { 1, 3 })
        {
            var request = new InferenceRequest(MadeUpInputs.Create(whole.Signature, size, withOptional: false, seed: 7)!.Value);
            Assert.Null(OutputComparison.FindDifference(whole.Run(request, Token).Outputs, inPlace.Run(request, Token).Outputs));
        }
    }

    [Fact]
    public void Open_FileRemovedAfterwards_GoesOn()
    {
        Write("layers", 0);
        using var session = Open();
        File.Delete(ModelPath);

        session.WarmUp(Token);

        Assert.Single(session.Run(MakeRequest(session), Token).Outputs);
    }

    [Fact]
    public void Open_ChargesTheFileAsMappedAndItsWeightsNotToTheHeap()
    {
        Write("layers", 0);
        var length = new FileInfo(ModelPath).Length;
        using var session = Open();

        Assert.Equal(length, session.MappedBytes);
        Assert.InRange(session.HeapBytes!.Value, 1, length / 10);
        var facts = OriginalOpening.Estimate(ModelPath, isWhole: false, Token);
        Assert.Equal((session.HeapBytes, session.MappedBytes), (facts.EstimatedBytes, facts.MappedBytes));
        Assert.InRange(OriginalOpening.Estimate(ModelPath, isWhole: true, Token).EstimatedBytes, length, long.MaxValue);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_NotPossibleInPlace_LetsTheFileGoAndIsOpenedAsAWholeUnlessItWasTriedSo(bool wasTried)
    {
        // A shape that the weight does not fit: seen only when the session is made.
        var graph = new OnnxGraph("m")
            .Input("x", TensorType.Float32, 1, 3)
            .Output("y", TensorType.Float32, 1, 512)
            .Initializer(Tensor.Create("w", new float[1024 * 512], 1024, 512))
            .Node("MatMul", ["x", "w"], ["y"]);
        File.WriteAllBytes(ModelPath, new OnnxModelBuilder(graph).Build());
        var tried = wasTried ? new TriedOriginal(new ModelMemory(1), IsInPlace: true) : null;

        var error = Assert.ThrowsAny<Exception>(() => OriginalOpening.Open(
            "m", ModelPath, isWhole: false, tried, SessionHooks.None, TimeProvider.System, Token));

        Assert.Contains("MatMul", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), line => line.Contains(_folder.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("branch")]
    [InlineData("constant")]
    public void Open_AnotherConstantOfTheSameName_IsOpenedAsAWhole(string where)
    {
        var w = Tensor.Create("w", new float[1024 * 512], 1024, 512);
        var other = Tensor.Create(where == "branch" ? "w" : "v", [1f]);
        var branch = new OnnxGraph("branch").Output("z", TensorType.Float32, 1).Initializer(other).Node("Identity", [other.Name], ["z"]);
        var graph = new OnnxGraph("m")
            .Input("x", TensorType.Float32, 1, 1024)
            .Input("if", TensorType.Bool)
            .Output("y", TensorType.Float32, 1, 512)
            .Output("z", TensorType.Float32, 1)
            .Initializer(w)
            .Node("MatMul", ["x", "w"], ["y"])
            .Node("If", ["if"], ["z"], AttributeValue.Of("then_branch", branch), AttributeValue.Of("else_branch", branch));
        if (where == "constant")
        {
            graph.Node("Constant", [], ["w"], AttributeValue.Of("value", Tensor.Create("", [1f])));
        }

        File.WriteAllBytes(ModelPath, new OnnxModelBuilder(graph).Build());
        using var file = File.OpenRead(ModelPath);

        Assert.Null(InPlaceRule.Choose(file, OnnxFileReader.Read(file, Token), Token));
    }

    [Fact]
    public void Open_MuchBesideItsWeights_IsOpenedAsAWhole()
    {
        var graph = new OnnxGraph("m")
            .Input("x", TensorType.Float32, 1, 1024)
            .Output("y", TensorType.Float32, 1, 8192)
            .Initializer(Tensor.Create("w", new float[1024 * 8192], 1024, 8192))
            .Node("MatMul", ["x", "w"], ["y"])
            .Node("Constant", [], ["c"], AttributeValue.Of("value", Tensor.Create("", new float[5 << 20])));
        File.WriteAllBytes(ModelPath, new OnnxModelBuilder(graph).Build());
        using var file = File.OpenRead(ModelPath);

        Assert.Null(InPlaceRule.Choose(file, OnnxFileReader.Read(file, Token), Token));
    }

    [Fact]
    public void Open_Disposed_LetsTheFileGo()
    {
        Write("layers", 0);
        Open().Dispose();

        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), line => line.Contains(_folder.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TensorType.Float64)]
    [InlineData(TensorType.Int64)]
    [InlineData(TensorType.Int32)]
    [InlineData(TensorType.Int8)]
    [InlineData(TensorType.UInt8)]
    [InlineData(TensorType.Float16)]
    public void Open_WeightsOfOtherTypes_GivesTheSameAsAWhole(TensorType type)
    {
        const int Rows = 5000;
        var bytes = new byte[type.GetByteLength(Rows * 64)];
        new Random(3).NextBytes(bytes);
        var graph = new OnnxGraph("table")
            .Input("x", TensorType.Int64, -1)
            .Output("y", type, -1, 64)
            .Initializer(new Tensor("table", type, [Rows, 64], bytes))
            .Initializer(Tensor.Create("pad", new byte[1 << 20]))
            .Node("Gather", ["table", "x"], ["y"]);
        File.WriteAllBytes(ModelPath, new OnnxModelBuilder(graph).Build());
        using var whole = Open(isWhole: true);
        using var inPlace = Open();
        Assert.True(inPlace.IsInPlace);
        var request = new InferenceRequest([Tensor.Create("x", [0L, 1, Rows - 1, 17], 4)]);

        var (expected, actual) = ((Tensor)whole.Run(request, Token).Outputs[0], (Tensor)inPlace.Run(request, Token).Outputs[0]);

        Assert.True(expected.Data.Span.SequenceEqual(actual.Data.Span));
    }

    [Fact]
    public void Open_SmallFile_IsOpenedAsAWhole()
    {
        File.WriteAllBytes(ModelPath, TestModels.Mlp(100_000));

        using var session = Open();

        Assert.False(session.IsInPlace);
    }

    public void Dispose() => _folder.Dispose();

    private OnnxSession Open(bool isWhole = false) =>
        OriginalOpening.Open("m", ModelPath, isWhole, tried: null, SessionHooks.None, TimeProvider.System, Token);

    private static InferenceRequest MakeRequest(OnnxSession session) => new(MadeUpInputs.Create(session.Signature, 2, withOptional: false, seed: 7)!.Value);

    private void Write(string model, int moved)
    {
        switch (model)
        {
            case "layers":
                LargeModels.WriteLayers(ModelPath, 512, 3, "Gemm");
                break;
            case "embedding":
                LargeModels.WriteEmbedding(ModelPath, rows: 10_000, width: 64);
                break;
            case "pictures":
                LargeModels.WriteResNet(ModelPath, [32, 64, 128], classes: 100, side: 64);
                break;
            case "one part":
                File.WriteAllBytes(ModelPath, TestModels.Mlp(1_000_000));
                break;
        }

        // A field of ModelProto before all others: the name of who made it (2).
        File.WriteAllBytes(ModelPath, [(2 << 3) | 2, (byte)moved, .. new byte[moved].Select(static _ => (byte)'x'), .. File.ReadAllBytes(ModelPath)]);
    }
}
