using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class OptionalInputTests
{
    [Fact]
    public async Task Run_OptionalInputLeftOut_TakesItsDefault()
    {
        var output = await Runs.RunToTensorAsync(TestModels.OptionalInput(), Tensor.Create("x", [1f, 2f]));

        Assert.Equal([11f, 12f], output.AsSpan<float>());
    }

    [Fact]
    public async Task Run_OptionalInputGiven_OverridesItsDefault()
    {
        var output = await Runs.RunToTensorAsync(TestModels.OptionalInput(), Tensor.Create("offset", [100f]), Tensor.Create("x", [1f, 2f]));

        Assert.Equal([101f, 102f], output.AsSpan<float>());
    }

    [Fact]
    public async Task Signature_OptionalInput_IsMarkedAndComesInTheModelsOrder()
    {
        var facts = await ModelOnDisk.InspectAsync(TestModels.OptionalInput());

        Assert.Equal("onnx_onnxv1", facts.Signature.Platform);
        Assert.Equal([("x", false), ("offset", true)], facts.Signature.Inputs.Select(input => (input.Name, input.IsOptional)));
    }

    [Fact]
    public async Task Signature_OldFileThatListsItsConstantsAsInputs_HasNoneOfThem()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.OptionalInput(irVersion: 3));

        Assert.Equal(["x"], session.Signature.Inputs.Select(input => input.Name));
        Assert.Equal([11f], session.RunToTensor(Tensor.Create("x", [1f])).AsSpan<float>());
    }

    [Fact]
    public async Task Run_InputOfOptionalType_MayBeLeftOut()
    {
        var model = new OnnxModelBuilder(new OnnxGraph("has")
            .Input("x", OnnxType.Optional(OnnxType.Tensor(TensorType.Float32, -1)))
            .Output("y", TensorType.Bool)
            .Node("OptionalHasElement", ["x"], ["y"])).Build();
        using var session = await ModelOnDisk.OpenAsync(model);

        Assert.Equal([true], session.RunToTensor(Tensor.Create("x", [1f])).AsSpan<bool>());
        Assert.Equal([false], session.RunToTensor().AsSpan<bool>());
    }

    // It would end the process.
    [Fact]
    public async Task Run_OptionalInputLeftOutAndPassedOn_IsAFailureOfTheModel()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.OptionalPassedOn());

        var error = Assert.Throws<InferenceFailedException>(() => session.Run(Tensor.CreateScalar("n", 0L)));

        Assert.Contains("it gave no value for output 'y'", error.Message, StringComparison.Ordinal);
        Assert.Empty(Assert.IsType<ValueSequence>(Assert.Single(session.Run(Tensor.CreateScalar("n", 1L)))).Elements);
        Assert.Single(Assert.IsType<ValueSequence>(
            Assert.Single(session.Run(Tensor.CreateScalar("n", 0L), new ValueSequence("x", [Tensor.Create("", [1f])])))).Elements);
    }

    // It would end the process.
    [Fact]
    public async Task Run_OptionalOfTheModelItselfPassedOn_IsAFailureOfTheModel()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.NothingPassedOn());

        var error = Assert.Throws<InferenceFailedException>(() => session.Run(Tensor.CreateScalar("n", 0L)));

        Assert.Contains("it gave no value for output 'y'", error.Message, StringComparison.Ordinal);
    }
}
