using System.Collections.Immutable;
using Orleans.Multiplex.OnnxRuntime.Runs;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class RunPlanTests
{
    private static readonly ValueSpec Row = Float("x", -1, 4);

    [Fact]
    public void Find_FirstDimensionIsTheRows_OutputsHaveAsManyAsTheRequest()
    {
        var plan = RunPlan.Find(Signature([Row], Float("y", -1, 2), Float("z", -1)), hasRows: true)!;

        var outputs = plan.FindOutputs(new InferenceRequest([Rows("x", 3)]));

        Assert.Equal([("y", 24), ("z", 12)], outputs.Select(static output => (output.Name, output.Bytes)));
        Assert.Equal([3, 2L], outputs[0].Shape);
    }

    [Fact]
    public void Find_SomeOutputsAreAskedFor_TheyAreInTheOrderAskedFor()
    {
        var plan = RunPlan.Find(Signature([Row], Float("y", -1, 2), Float("z", -1)), hasRows: true)!;

        Assert.Equal(["z", "y"], plan.FindOutputs(new InferenceRequest([Rows("x", 3)], ["z", "y"])).Select(static output => output.Name));
    }

    [Fact]
    public void Find_OutputsAreFixed_InputsDoNotMatter() =>
        Assert.Equal(16, Assert.Single(RunPlan.Find(Signature([Row], Float("y", 2, 2)), hasRows: false)!.FindOutputs(new InferenceRequest([Rows("x", 3)]))).Bytes);

    [Theory]
    [InlineData(false, -1, 2)]
    [InlineData(true, -1, -1)]
    public void Find_AnOutputIsOpen_ThereIsNoPlan(bool hasRows, long first, long second) =>
        Assert.Null(RunPlan.Find(Signature([Row], Float("y", 2, 2), Float("z", first, second)), hasRows));

    [Fact]
    public void Find_AnOutputIsTextOrNoTensor_ThereIsNoPlan()
    {
        Assert.Null(RunPlan.Find(Signature([Row], new ValueSpec("y", ValueKind.Tensor, TensorType.String, [1], IsOptional: false)), hasRows: false));
        Assert.Null(RunPlan.Find(Signature([Row], new ValueSpec("y", ValueKind.SequenceOfTensors, TensorType.Float32, [1], IsOptional: false)), hasRows: false));
        Assert.Null(RunPlan.Find(Signature([Row], new ValueSpec("y", ValueKind.Tensor, TensorType.Float32, default, IsOptional: false)), hasRows: false));
    }

    [Fact]
    public void FindOutputs_InputsDoNotAgreeOnTheirRows_IsNotPlanned()
    {
        var plan = RunPlan.Find(Signature([Row, Float("b", -1, 4)], Float("y", -1, 2)), hasRows: true)!;

        Assert.True(plan.FindOutputs(new InferenceRequest([Rows("x", 3), Rows("b", 2)])).IsDefault);
        Assert.False(plan.FindOutputs(new InferenceRequest([Rows("x", 3), Rows("b", 3)])).IsDefault);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    public void FindOutputs_NothingOrMoreThanCanBeCarried_IsNotPlanned(long width) =>
        Assert.True(RunPlan.Find(Signature([Row], Float("y", -1, width)), hasRows: true)!.FindOutputs(new InferenceRequest([Rows("x", 3)])).IsDefault);

    [Fact]
    public void FindLeast_IsOneRow_OrNothingWhereMoreIsOpen()
    {
        var plan = RunPlan.Find(Signature([Row], Float("y", -1, 2)), hasRows: true)!;

        Assert.Equal([1, 4L], Assert.Single(plan.FindLeastInputs()).Shape);
        Assert.Equal([1, 2L], Assert.Single(plan.FindLeastOutputs()).Shape);
        Assert.True(RunPlan.Find(Signature([Row], Float("y", 2, 2)), hasRows: false)!.FindLeastInputs().IsDefault);
        Assert.True(RunPlan.Find(Signature([Row with { IsOptional = true }], Float("y", -1, 2)), hasRows: true)!.FindLeastInputs().IsDefault);
    }

    private static ModelSignature Signature(ImmutableArray<ValueSpec> inputs, params ImmutableArray<ValueSpec> outputs) => new("onnx", inputs, outputs);

    private static ValueSpec Float(string name, params ImmutableArray<long> shape) => new(name, ValueKind.Tensor, TensorType.Float32, shape, IsOptional: false);

    private static Tensor Rows(string name, int rows) => Tensor.Create(name, new float[rows * 4], rows, 4);
}
