using System.Collections.Immutable;
using System.Reflection;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class RequestCheckTests
{
    private static readonly MethodInfo Clone = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly Tensor Good = Tensor.Create("x", new float[8], 2, 4);

    [Fact]
    public async Task Check_WrongType_NamesWhatCameAndWhatWasExpected() => await AssertFaultAsync(
        TestModels.Affine(1, 0), "x", "Input 'x' of model 'm': came INT64 [2,4], expected FP32 [-1,4].", Tensor.Create("x", new long[8], 2, 4));

    [Fact]
    public async Task Check_WrongRank_NamesWhatCameAndWhatWasExpected() => await AssertFaultAsync(
        TestModels.Affine(1, 0), "x", "Input 'x' of model 'm': came FP32 [8], expected FP32 [-1,4].", Tensor.Create("x", new float[8]));

    [Fact]
    public async Task Check_WrongFixedDimension_NamesWhatCameAndWhatWasExpected() => await AssertFaultAsync(
        TestModels.Affine(1, 0), "x", "Input 'x' of model 'm': came FP32 [4,2], expected FP32 [-1,4].", Tensor.Create("x", new float[8], 4, 2));

    [Fact]
    public async Task Check_MissingInput_SaysWhatIsExpected() => await AssertFaultAsync(
        TestModels.Affine(1, 0), "x", "Input 'x' of model 'm' is missing; expected FP32 [-1,4].");

    [Fact]
    public async Task Check_UnknownInput_ListsTheInputs() => await AssertFaultAsync(
        TestModels.OptionalInput(), "z", "Model 'm' has no input 'z'. It has: 'x', 'offset'.", Tensor.Create("z", new float[8]));

    [Fact]
    public async Task Check_DoubledInput_IsRefused() => await AssertFaultAsync(
        TestModels.Affine(1, 0), "x", "Input 'x' of model 'm' came twice.", Good, Good);

    [Fact]
    public async Task Check_SequenceForTensor_IsRefused() => await AssertFaultAsync(
        TestModels.Affine(1, 0), "x", "Input 'x' of model 'm': came a sequence that begins with FP32 [2,4], expected FP32 [-1,4].",
        new ValueSequence("x", [Good]));

    [Fact]
    public async Task Check_TensorForSequence_IsRefused() => await AssertFaultAsync(
        TestModels.SequenceLength(), "x", "Input 'x' of model 'm': came FP32 [2,4], expected a sequence of tensors of FP32.", Good);

    [Fact]
    public async Task Check_SequenceOfOtherType_IsRefused() => await AssertFaultAsync(
        TestModels.SequenceLength(), "x", "Input 'x' of model 'm': came a sequence that begins with FP64 [1], expected a sequence of tensors of FP32.",
        new ValueSequence("x", [Tensor.Create("", [1d])]));

    [Fact]
    public async Task Check_MapOfOtherType_IsRefused() => await AssertFaultAsync(
        TestModels.MapInput(), "x", "Input 'x' of model 'm': came a map of BYTES to FP64, expected a map to FP32.",
        new ValueMap("x", Tensor.Create("", ["a"]), Tensor.Create("", [1d])));

    [Fact]
    public async Task Check_BoolThatIsNeitherTrueNorFalse_IsRefused() => await AssertFaultAsync(
        TestModels.Identity(TensorType.Bool, -1), "x", "Input 'x' of model 'm': came BOOL [3] with a byte that is neither 0 nor 1.",
        new Tensor("x", TensorType.Bool, [3], new byte[] { 0, 1, 2 }));

    [Fact]
    public async Task Check_BytesFewerThanTheShape_AreRefused() => await AssertFaultAsync(
        TestModels.Affine(1, 0), "x", "Input 'x' of model 'm': came FP32 [2,4] in 30 bytes, expected 32 bytes.",
        Forge(Good, nameof(Tensor.Data), new ReadOnlyMemory<byte>(new byte[30])));

    [Fact]
    public async Task Check_ShapeWithNegativeDimensions_IsRefused() => await AssertFaultAsync(
        TestModels.Affine(1, 0), "x", "Input 'x' of model 'm': came FP32 [-2,4], which is no shape.",
        Forge(Good, nameof(Tensor.Shape), ImmutableArray.Create(-2L, 4L)));

    [Fact]
    public async Task Check_ShapeThatOverflows_IsRefused() => await AssertFaultAsync(
        TestModels.Identity(OnnxType.AnyRank(TensorType.Float32)), "x",
        "Input 'x' of model 'm': came FP32 [4294967296,4294967296,4294967296], which is no shape.",
        Forge(Good, nameof(Tensor.Shape), ImmutableArray.Create(1L << 32, 1L << 32, 1L << 32)));

    [Fact]
    public async Task Check_NoShapeAtAll_IsRefused() => await AssertFaultAsync(
        TestModels.Identity(OnnxType.AnyRank(TensorType.Float32)), "x", "Input 'x' of model 'm': came FP32 of any shape, expected FP32 of any shape.",
        Forge(Good, nameof(Tensor.Shape), default(ImmutableArray<long>)));

    [Fact]
    public async Task Check_SequenceWithoutElementsOrWithNothingInIt_IsRefused()
    {
        var sequence = new ValueSequence("x", []);

        await AssertFaultAsync(
            TestModels.SequenceLength(), "x", "Input 'x' of model 'm': came an empty sequence, expected a sequence of tensors of FP32.",
            Forge(sequence, nameof(ValueSequence.Elements), default(ImmutableArray<ModelValue>)));
        await AssertFaultAsync(
            TestModels.SequenceLength(), "x",
            "Input 'x' of model 'm': came a sequence of something else, expected a sequence of tensors of FP32.",
            Forge(sequence, nameof(ValueSequence.Elements), ImmutableArray.Create<ModelValue>([null!])));
    }

    [Fact]
    public async Task Check_TensorInsideASequenceWithTooFewBytes_IsRefused() => await AssertFaultAsync(
        TestModels.SequenceLength(), "x", "Input 'x' of model 'm': came FP32 [2,4] in 30 bytes, expected 32 bytes.",
        new ValueSequence("x", [Good, Forge(Good, nameof(Tensor.Data), new ReadOnlyMemory<byte>(new byte[30]))]));

    [Fact]
    public async Task Check_MapOfUnequalHalves_IsRefused() => await AssertFaultAsync(
        TestModels.MapInput(), "x", "Input 'x' of model 'm': the keys and values of a map differ in number.",
        Forge(
            new ValueMap("x", Tensor.Create("", ["a"]), Tensor.Create("", [1f])), nameof(ValueMap.Values), Tensor.Create("", [1f, 2f])));

    [Fact]
    public async Task Check_TextThatIsNotEncodedAsItMustBe_IsRefused() => await AssertFaultAsync(
        TestModels.Identity(TensorType.String, -1), "x",
        "Input 'x' of model 'm': came BYTES [1], whose bytes are not 1 elements of text, each behind its length as a 32-bit number.",
        Forge(Tensor.Create("x", ["abc"]), nameof(Tensor.Data), new ReadOnlyMemory<byte>([200, 0, 0, 0, 65])));

    [Fact]
    public async Task Check_UnknownOutput_ListsTheOutputs()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.LinearClassifierWithText());

        var error = Assert.Throws<InvalidInputException>(
            () => session.Check(new InferenceRequest([Tensor.Create("x", new float[2], 1, 2)], ["label", "z"])));

        Assert.Equal("Model 'm' has no output 'z'. It has: 'label', 'probabilities'.", error.Message);
    }

    [Fact]
    public async Task Check_DoubledOutput_IsRefused()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.Affine(1, 0));

        var error = Assert.Throws<InvalidInputException>(() => session.Check(new InferenceRequest([Good], ["y", "y"])));

        Assert.Equal("Output 'y' of model 'm' is asked for twice.", error.Message);
    }

    [Fact]
    public async Task Check_NameOfAMegabyteWithLineBreaks_GivesAShortMessageOfOneLine()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.Affine(1, 0));

        var error = Assert.Throws<InvalidInputException>(
            () => session.Check(new InferenceRequest([Tensor.Create("a\r\nb" + new string('n', 1 << 20), [1f])])));

        Assert.InRange(error.Message.Length, 1, 510);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.InputName.Length, 1, 100);
    }

    [Fact]
    public async Task Run_DimensionsOfOneNameThatDiffer_AreLeftToTheModel()
    {
        var model = new OnnxModelBuilder(new OnnxGraph("join")
            .Input("a", OnnxType.NamedTensor(TensorType.Float32, "n"))
            .Input("b", OnnxType.NamedTensor(TensorType.Float32, "n"))
            .Output("y", TensorType.Float32, -1)
            .Node("Concat", ["a", "b"], ["y"], AttributeValue.Of("axis", 0L))).Build();

        var output = await Runs.RunToTensorAsync(model, Tensor.Create("a", [1f]), Tensor.Create("b", [2f, 3f]));

        Assert.Equal([1f, 2f, 3f], output.AsSpan<float>());
    }

    [Fact]
    public async Task Run_NodeThatFails_IsInferenceFailedWithoutPlacesInSourceFiles()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.BadReshape());

        var error = Assert.Throws<InferenceFailedException>(() => session.Run(Tensor.Create("x", [1f, 2f])));

        Assert.Contains("cannot be reshaped", error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(".h:", error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Reason);
        Assert.Equal([7L, 7L], session.RunToTensor(Tensor.Create("x", new float[49])).Shape);
    }

    private static async Task AssertFaultAsync(byte[] model, string input, string message, params ImmutableArray<ModelValue> inputs)
    {
        using var session = await ModelOnDisk.OpenAsync(model);

        var error = Assert.Throws<InvalidInputException>(() => session.Check(new InferenceRequest(inputs)));

        Assert.Equal(message, error.Message);
        Assert.Equal(input, error.InputName);
        Assert.Equal("m", error.ModelId);
    }

    // A value as a faulty or hostile process could send it: the codec fills the fields without the constructor's checks.
    private static T Forge<T>(T original, string property, object value)
        where T : ModelValue
    {
        var forged = (T)Clone.Invoke(original, null)!;
        typeof(T).GetField($"<{property}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(forged, value);
        return forged;
    }
}
