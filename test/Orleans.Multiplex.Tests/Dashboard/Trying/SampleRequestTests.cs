using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Multiplex.Dashboard.Trying;
using Orleans.Multiplex.Tests.AspNetCore;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard.Trying;

public sealed class SampleRequestTests
{
    // As many as a form shows.
    private const int MostElements = 4096;

    public static TheoryData<TensorType, string> Written => new()
    {
        { TensorType.Bool, "[true, false, true]" },
        { TensorType.String, """["text 1", "text 2", "text 3"]""" },
        { TensorType.Float32, "[1, 2, 3]" },
        { TensorType.Float64, "[1, 2, 3]" },
        { TensorType.Int8, "[1, 2, 3]" },
        { TensorType.Int16, "[1, 2, 3]" },
        { TensorType.Int32, "[1, 2, 3]" },
        { TensorType.Int64, "[1, 2, 3]" },
        { TensorType.UInt8, "[1, 2, 3]" },
        { TensorType.UInt16, "[1, 2, 3]" },
        { TensorType.UInt32, "[1, 2, 3]" },
        { TensorType.UInt64, "[1, 2, 3]" },
    };

    public static TheoryData<TensorType> Others => [.. Enum.GetValues<TensorType>().Except(Written.Select(static row => row.Data.Item1))];

    [Theory]
    [MemberData(nameof(Written))]
    public void Compose_TypeThatJsonCarries_HasValuesThatAreReadAsThatType(TensorType type, string data)
    {
        var json = Compose(Input(type, 1, 3));

        Assert.Contains($"\"data\": {data} }}", json, StringComparison.Ordinal);
        var tensor = Read(json);
        Assert.Equal(("X", type, "1,3"), (tensor.Name, tensor.Type, string.Join(',', tensor.Shape)));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Compose_TypeThatJsonDoesNotCarry_SaysSo(TensorType type) => CheckRefused("Input 'X' is not something that JSON carries", Input(type, 1, 3));

    [Theory]
    [InlineData(ValueKind.Tensor)]
    [InlineData(ValueKind.SequenceOfTensors)]
    [InlineData(ValueKind.Map)]
    [InlineData(ValueKind.SequenceOfMaps)]
    [InlineData(ValueKind.Other)]
    public void Compose_InputThatIsNoTensorOfAKnownType_SaysSo(ValueKind kind) => CheckRefused(
        "Input 'X' is not something that JSON carries", Input(TensorType.Float32, 1) with { Kind = kind, Type = kind == ValueKind.Tensor ? null : TensorType.Float32 });

    [Theory]
    [InlineData(new long[] { -1, 4 }, "1,4", 4)]
    [InlineData(new long[] { -1, -1 }, "1,1", 1)]
    [InlineData(new long[] { 2, 3 }, "2,3", 6)]
    [InlineData(new long[] { }, "", 1)]
    public void Compose_ShapeOfTheModel_IsTakenWithOneWhereItIsOpen(long[] shape, string expected, int elements)
    {
        var tensor = Read(Compose(Input(TensorType.Int64, shape)));

        Assert.Equal((expected, elements), (string.Join(',', tensor.Shape), tensor.ToArray<long>().Length));
    }

    [Fact]
    public void Compose_ModelThatDoesNotSayItsShape_GetsOneElement() => Assert.Equal([1], Read(Compose(Input(TensorType.Int64) with { Shape = default })).Shape);

    [Fact]
    public void Compose_ManyElements_StayInTheRangeOfTheSmallestType() =>
        Assert.Equal([1, 2, 99, 100, 1, 2], Read(Compose(Input(TensorType.Int8, 202))).ToArray<sbyte>().Where(static (_, i) => i is 0 or 1 or 98 or 99 or 200 or 201).Select(static one => (int)one));

    [Fact]
    public void Compose_SeveralInputs_HasThoseThatAreNeededInTheModelsOrder()
    {
        var json = Compose(
            Input(TensorType.Float32, 1) with { Name = "b" },
            Input(TensorType.Complex64, 1) with { Name = "mask", IsOptional = true },
            Input(TensorType.Bool, 1) with { Name = "a" });

        Assert.Equal([("b", TensorType.Float32), ("a", TensorType.Bool)], ReaderHarness.Read(json).Inputs.Select(static one => (one.Name, ((Tensor)one).Type)));
    }

    [Fact]
    public void Compose_ModelWithoutInputs_HasNone() => Assert.Empty(ReaderHarness.Read(Compose()).Inputs);

    [Theory]
    [InlineData("a \"quoted\" \\ name")]
    [InlineData("größe <b> 'x' & 長さ")]
    [InlineData("two\nlines, and a comma")]
    public void Compose_AnyName_IsReadAsItIs(string name) => Assert.Equal(name, Read(Compose(Input(TensorType.Float32, 1) with { Name = name })).Name);

    [Fact]
    public void Compose_NameOfPlainLetters_IsNotEscapedForAPage() => Assert.Contains("\"größe <b>\"", Compose(Input(TensorType.Float32, 1) with { Name = "größe <b>" }), StringComparison.Ordinal);

    [Fact]
    public void Compose_AsManyElementsAsFit_AreWrittenDown() => Assert.Equal(MostElements, Read(Compose(Input(TensorType.Float32, -1, 64, 64))).ToArray<float>().Length);

    [Theory]
    [InlineData(new long[] { MostElements + 1 }, "4097")]
    [InlineData(new long[] { -1, 3, 224, 224 }, "1 × 3 × 224 × 224")]
    [InlineData(new long[] { long.MaxValue, long.MaxValue }, "9223372036854775807 × 9223372036854775807")]
    [InlineData(new long[] { 2, long.MaxValue }, "2 × 9223372036854775807")]
    [InlineData(new long[] { 4096, 1L << 52 }, "4096 × 4503599627370496")]
    public void Compose_MoreElementsThanFit_SaysSoWithTheShape(long[] shape, string expected) =>
        CheckRefused($"Input 'X' has {expected} elements, too many", Input(TensorType.Float32, shape));

    [Fact]
    public void Compose_InputsThatAreTooManyTogether_SaysSoOfTheLast() =>
        CheckRefused("Input 'Y' has 1 elements", Input(TensorType.Float32, MostElements), Input(TensorType.Float32, 1) with { Name = "Y" });

    private static ValueSpec Input(TensorType type, params long[] shape) => new("X", ValueKind.Tensor, type, [.. shape], IsOptional: false);

    private static string Compose(params ImmutableArray<ValueSpec> inputs)
    {
        var (json, why) = SampleRequest.Compose(new ModelSignature("onnx_onnxv1", inputs, []));
        Assert.Equal("", why);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(json!).RootElement.ValueKind);
        return json!;
    }

    private static void CheckRefused(string beginning, params ImmutableArray<ValueSpec> inputs)
    {
        var (json, why) = SampleRequest.Compose(new ModelSignature("onnx_onnxv1", inputs, []));

        Assert.Null(json);
        Assert.StartsWith(beginning, why, StringComparison.Ordinal);
    }

    private static Tensor Read(string json) => (Tensor)Assert.Single(ReaderHarness.Read(json).Inputs);
}
