using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

public sealed class OpeningRuleTests
{
    private const int MB = 1 << 20;

    [Theory]
    [InlineData(10_000, 9_000, 9_000, Opening.Read)]
    [InlineData((256 * 1024) - 1, 200_000, 0, Opening.Read)]
    [InlineData(256 * 1024, 200_000, 0, Opening.Mapped)]
    [InlineData(9_000, 550 * MB, 0, Opening.Mapped)]
    [InlineData(45 * MB, 45 * MB, 2 * MB, Opening.Mapped)]
    [InlineData(400 * MB, 400 * MB, 31 * MB, Opening.Mapped)]
    [InlineData(400 * MB, 400 * MB, 32 * MB, Opening.Unpacked)]
    [InlineData(10 * MB, 10 * MB, (5 * MB) + 1, Opening.Unpacked)]
    [InlineData(400 * MB, 400 * MB, 400 * MB, Opening.Unpacked)]
    public void Choose_ByBytesOfWeights_AsTheTableSays(long fileBytes, long weightBytes, long packedBytes, object expected)
    {
        var facts = new FileFacts(
            new ModelFacts(new ModelSignature("", [], []), weightBytes), fileBytes, new WeightUse(weightBytes, packedBytes), MakesNothing: false);

        Assert.Equal(expected, OpeningRule.Choose(facts));
    }

    [Theory]
    [InlineData("MatMul", 1)]
    [InlineData("Gemm", 1)]
    [InlineData("MatMulInteger", 1)]
    [InlineData("ConvTranspose", 1)]
    [InlineData("LSTM", 1)]
    [InlineData("GRU", 2)]
    [InlineData("QLinearMatMul", 3)]
    [InlineData("QLinearConv", 3)]
    public void Inspect_ConstantThatIsPacked_IsCounted(string operation, int place)
    {
        Assert.Equal(400, CountPacked(Graph(operation, place, "w")));
        Assert.Equal(0, CountPacked(Graph(operation, 0, "w")));
        Assert.Equal(0, CountPacked(Graph("Conv", place, "w")));
    }

    [Fact]
    public void Inspect_ConstantInAnotherForm_IsCountedOnce() => Assert.Equal(
        400,
        CountPacked(Graph("MatMul", 1, "w")
            .Node("MatMul", ["x", "turned"], ["y2"])
            .Node("Transpose", ["reshaped"], ["turned"])
            .Node("Reshape", ["w", "shape"], ["reshaped"])));

    [Fact]
    public void Inspect_ConstantOfANode_IsCounted() => Assert.Equal(
        400,
        CountPacked(Graph("MatMul", 1, "c").Node("Constant", [], ["c"], AttributeValue.Of("value", Tensor.Create("c", new float[100])))));

    [Fact]
    public void Inspect_FormOfItself_Ends() => Assert.Equal(0, CountPacked(Graph("MatMul", 1, "a").Node("Identity", ["a"], ["a"])));

    private static OnnxGraph Graph(string operation, int place, string constant) =>
        new OnnxGraph("g")
            .Input("x", TensorType.Float32, -1)
            .Output("y", TensorType.Float32, -1)
            .Initializer(Tensor.Create("w", new float[100]))
            .Node(operation, [.. Enumerable.Repeat("x", place), constant], ["y"]);

    private static long CountPacked(OnnxGraph graph)
    {
        using var folder = new PreparedFolder(new OnnxModelBuilder(graph).Build());
        return OriginalOpening.Inspect(folder.Original, TestContext.Current.CancellationToken).Weights.PackedBytes;
    }
}
