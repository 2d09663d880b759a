using System.Collections.Immutable;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class TensorTypeTests
{
    public static TheoryData<TensorType> Carried =>
    [
        TensorType.Bool, TensorType.UInt8, TensorType.UInt16, TensorType.UInt32, TensorType.UInt64, TensorType.Int8, TensorType.Int16,
        TensorType.Int32, TensorType.Int64, TensorType.Float16, TensorType.Float32, TensorType.Float64, TensorType.BFloat16,
        TensorType.String,
    ];

    public static TheoryData<TensorType> NotCarried => [.. Enum.GetValues<TensorType>().Except(Carried.Select(row => row.Data))];

    [Theory]
    [MemberData(nameof(Carried))]
    public async Task Run_EveryType_ComesBackBitForBit(TensorType type)
    {
        var input = Make(type, [2, 3]);

        var output = await Runs.RunToTensorAsync(TestModels.Identity(type, -1, 3), input);

        AssertSame(input, output);
    }

    [Theory]
    [MemberData(nameof(Carried))]
    public async Task Run_NoElements_ComesBackEmpty(TensorType type)
    {
        var output = await Runs.RunToTensorAsync(TestModels.Identity(type, -1, 3), new Tensor("x", type, [0, 3], default));

        Assert.Equal([0L, 3L], output.Shape);
        Assert.Equal(0, output.Data.Length);
    }

    [Theory]
    [MemberData(nameof(Carried))]
    public async Task Run_Scalar_ComesBackWithoutDimensions(TensorType type)
    {
        var input = Make(type, []);

        var output = await Runs.RunToTensorAsync(TestModels.Identity(type), input);

        AssertSame(input, output);
    }

    [Theory]
    [MemberData(nameof(Carried))]
    public async Task Run_BytesThatLieAnywhere_AreReadRight(TensorType type)
    {
        var input = Make(type, [2, 3]);
        var shifted = new byte[input.Data.Length + 1];
        input.Data.CopyTo(shifted.AsMemory(1));

        var output = await Runs.RunToTensorAsync(TestModels.Identity(type, -1, 3), new Tensor("x", type, [2, 3], shifted.AsMemory(1)));

        AssertSame(input, output);
    }

    [Theory]
    [MemberData(nameof(NotCarried))]
    public async Task Open_TypeThatOnnxRuntimeDoesNotCarry_IsRefusedByName(TensorType type)
    {
        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => ModelOnDisk.OpenAsync(TestModels.Identity(type, -1)));

        Assert.Equal(
            $"Model 'm' failed to load: its input 'x' has elements of type {type.GetProtocolName()}, which ONNX Runtime does not carry.",
            error.Message);
    }

    [Fact]
    public async Task Run_AnyRank_TakesEveryRank()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.Identity(OnnxType.AnyRank(TensorType.Int32)));

        foreach (var shape in (ImmutableArray<long>[])[[], [0], [1], [2, 1, 3], [1, 1, 1, 1, 1, 1, 2]])
        {
            var input = Make(TensorType.Int32, shape);
            AssertSame(input, session.RunToTensor(input));
        }
    }

    [Fact]
    public async Task Run_ScalarOutput_HasNoDimensions()
    {
        var output = await Runs.RunToTensorAsync(TestModels.ScalarOutput(), Tensor.Create("x", [1f, 2f, 4f]));

        Assert.Empty(output.Shape);
        Assert.Equal([7f], output.AsSpan<float>());
    }

    [Fact]
    public async Task Run_Text_KeepsEmptyLongAndForeignElementsAndBytesThatAreNoText()
    {
        byte[] bytes = [2, 0, 0, 0, 0xFF, 0x00];
        var text = Tensor.Create("x", ["", "a", "größer 🙂", "nul\0inside", new string('z', 100_000)]);
        var input = new Tensor("x", TensorType.String, [6], (byte[])[.. text.Data.Span, .. bytes]);

        AssertSame(input, await Runs.RunToTensorAsync(TestModels.Identity(TensorType.String, -1), input));
    }

    [Fact]
    public async Task Run_OutputsAskedFor_ComeInThatOrder()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.LinearClassifierWithNumbers());
        var input = Tensor.Create("x", [1f, 2f], 1, 2);

        var both = session.Run(new InferenceRequest([input], ["probabilities", "label"]));
        var one = session.Run(new InferenceRequest([input], ["label"]));

        Assert.Equal(["probabilities", "label"], both.Select(value => value.Name));
        Assert.Equal(["label"], one.Select(value => value.Name));
    }

    private static Tensor Make(TensorType type, ImmutableArray<long> shape)
    {
        var count = (int)shape.Aggregate(1L, (product, dimension) => product * dimension);
        if (type == TensorType.String)
        {
            return Tensor.Create("x", [.. Enumerable.Range(0, count).Select(i => $"text {i}")], [.. shape]) is var text && shape.IsEmpty
                ? new Tensor("x", type, [], text.Data)
                : text;
        }

        var bytes = Enumerable.Range(0, (int)type.GetByteLength(count)).Select(i => (byte)(type == TensorType.Bool ? i % 2 : (i * 37) + 1));
        return new Tensor("x", type, shape, bytes.ToArray());
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal("y", actual.Name);
        Assert.Equal(expected.Type, actual.Type);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.Data, actual.Data);
    }
}
