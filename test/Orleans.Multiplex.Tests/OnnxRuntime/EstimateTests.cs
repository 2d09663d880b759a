using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class EstimateTests
{
    private const int Million = 1_000_000;

    [Fact]
    public async Task Inspect_FortyMegabytesOfWeights_EstimatesThemAndLittleMore()
    {
        var facts = await ModelOnDisk.InspectAsync(TestModels.Mlp(10 * Million));

        Assert.InRange(facts.EstimatedBytes, 40L * Million, 48L * Million);
    }

    [Fact]
    public async Task Inspect_TinyModel_EstimatesTheSession()
    {
        var facts = await ModelOnDisk.InspectAsync(TestModels.Affine(1, 0));

        Assert.InRange(facts.EstimatedBytes, 40 * 1024, 64 * 1024);
    }

    [Fact]
    public async Task Inspect_MatrixOfOneColumn_EstimatesWhatItIsPaddedTo()
    {
        var facts = await ModelOnDisk.InspectAsync(TestModels.OneColumn(Million));

        Assert.InRange(facts.EstimatedBytes, 64L * Million, 66L * Million);
    }

    [Fact]
    public async Task Inspect_WeightsInsideBranches_AreCounted()
    {
        var weights = Tensor.Create("w", new float[Million]);
        var branch = new OnnxGraph("branch").Output("w", TensorType.Float32, -1).Initializer(weights);
        var constant = new OnnxGraph("branch").Output("w", TensorType.Float32, -1)
            .Node("Constant", [], ["w"], AttributeValue.Of("value", weights));
        var model = new OnnxModelBuilder(new OnnxGraph("if")
            .Input("x", TensorType.Bool)
            .Output("w", TensorType.Float32, -1)
            .Node("If", ["x"], ["w"], AttributeValue.Of("then_branch", branch), AttributeValue.Of("else_branch", constant))).Build();

        var facts = await ModelOnDisk.InspectAsync(model);

        Assert.InRange(facts.EstimatedBytes, 8L * Million, 9L * Million);
    }

    [Fact]
    public async Task Inspect_WeightsInFunctionsAndSparseTensors_AreCounted()
    {
        var graph = new OnnxGraph("sparse")
            .Input("x", TensorType.Float32, -1)
            .Output("y", TensorType.Float32, -1)
            .SparseInitializer(
                OnnxTensor.Write(Tensor.Create("w", new float[Million])), OnnxTensor.Write(Tensor.Create("i", new long[Million])))
            .Node("test", "Give", [], ["v"])
            .Node("Add", ["x", "w"], ["y"]);
        var model = new OnnxModelBuilder(graph)
            .Function("Give", "v", "Constant", AttributeValue.Of("value", Tensor.Create("v", new float[Million]))).Build();

        var facts = await ModelOnDisk.InspectAsync(model);

        Assert.InRange(facts.EstimatedBytes, 16L * Million, 17L * Million);
    }

    [Fact]
    public async Task Inspect_NumbersAndTextInAttributes_AreCountedByWhatTheyTakeInMemory()
    {
        var graph = new OnnxGraph("attributes").Input("x", TensorType.Float32, -1).Output("y", TensorType.Float32, -1).Node(
            "Any", ["x"], ["y"],
            AttributeValue.Of("ints", Enumerable.Repeat(1L, 100_000)),
            AttributeValue.Of("floats", Enumerable.Repeat(1f, 100_000)),
            AttributeValue.Of("strings", Enumerable.Repeat("leaf", 100_000)));

        var facts = await ModelOnDisk.InspectAsync(new OnnxModelBuilder(graph).Build());

        // Eight, four and about forty bytes each at least.
        Assert.InRange(facts.EstimatedBytes, 5_200_000, 12_000_000);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    public async Task Inspect_ConstantOfShape_CountsWhatItExpandsTo(long elements)
    {
        var facts = await ModelOnDisk.InspectAsync(HostileModels.ConstantOfShape(elements));

        var expanded = elements > long.MaxValue / 4 ? long.MaxValue - 100_000 : elements * 4;
        Assert.True(facts.EstimatedBytes >= expanded, $"{facts.EstimatedBytes} < {expanded}");
    }

    [Fact]
    public async Task Inspect_NodesWithoutWeights_AreCounted()
    {
        var few = await ModelOnDisk.InspectAsync(HostileModels.Chain(10));
        var many = await ModelOnDisk.InspectAsync(HostileModels.Chain(1_010));

        Assert.InRange(many.EstimatedBytes - few.EstimatedBytes, 500_000, 5_000_000);
    }

    [Fact]
    public async Task Inspect_OpenModel_HasTheSameSignatureAsTheFile()
    {
        var file = TestModels.LinearClassifierWithText();
        var facts = await ModelOnDisk.InspectAsync(file);
        using var session = await ModelOnDisk.OpenAsync(file);

        Assert.Equal(facts.Signature.Inputs.Select(input => input.Name), session.Signature.Inputs.Select(input => input.Name));
        Assert.Equal(facts.Signature.Outputs.Select(output => output.Kind), session.Signature.Outputs.Select(output => output.Kind));
    }
}
