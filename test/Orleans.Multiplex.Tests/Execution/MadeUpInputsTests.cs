using System.Collections.Immutable;
using Orleans.Multiplex.Execution;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution;

public sealed class MadeUpInputsTests
{
    public static TheoryData<TensorType> Types => [.. Enum.GetValues<TensorType>().Where(type => type <= TensorType.String)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Create_EveryType_HasDeclaredTypeAndShape(TensorType type)
    {
        var tensor = Assert.IsType<Tensor>(Assert.Single(Create(2, Tensor("x", type, -1, 3))!.Value));

        Assert.Equal((type, "x"), (tensor.Type, tensor.Name));
        Assert.Equal([2L, 3L], tensor.Shape);
        Assert.True(type != TensorType.Bool || !tensor.Data.Span.ContainsAnyExcept((byte)0, (byte)1));
    }

    [Theory]
    [InlineData(TensorType.Int4)]
    [InlineData(TensorType.UInt4)]
    public void Create_ElementsOfFourBits_FillsEachByte(TensorType type)
    {
        var signature = new ModelSignature("", [new ValueSpec("x", ValueKind.Tensor, type, [3, -1], IsOptional: false)], []);

        var input = Assert.IsType<Tensor>(Assert.Single(MadeUpInputs.Create(signature, 3, withOptional: false, seed: 1)!.Value));

        Assert.Equal(5, input.Data.Length);
    }

    [Fact]
    public void Create_SameSeed_IsTheSameAndAnotherIsNot()
    {
        var (one, same, other) = (Create(8, seed: 1), Create(8, seed: 1), Create(8, seed: 2));

        Assert.Equal(one, same);
        Assert.NotEqual(one, other);

        static byte[] Create(int size, int seed) =>
            [.. ((Tensor)MadeUpInputs.Create(Signature(Tensor("x", TensorType.Float32, -1)), size, false, seed)!.Value[0]).Data.Span];
    }

    [Fact]
    public void Create_Fractions_AreOfBothSignsAndAtMostOne()
    {
        var values = ((Tensor)Create(64, Tensor("x", TensorType.Float32, -1))!.Value[0]).ToArray<float>();

        Assert.All(values, value => Assert.InRange(value, -1, 1));
        Assert.Contains(values, value => value < 0);
        Assert.Contains(values, value => value > 0);
    }

    [Fact]
    public void Create_InputThatMayBeLeftOut_ComesOnlyWhenAskedFor()
    {
        var signature = Signature(Tensor("x", TensorType.Int64, 1) with { IsOptional = true });

        Assert.Empty(MadeUpInputs.Create(signature, 1, withOptional: false, 1)!.Value);
        Assert.Single(MadeUpInputs.Create(signature, 1, withOptional: true, 1)!.Value);
    }

    [Theory]
    [InlineData(64, new long[] { -1, -1, -1, -1 })]
    [InlineData(2, new[] { 1L << 62, 1L << 62, 1, 1 })]
    public void Create_MoreThanIsBounded_IsNone(int size, long[] shape) => Assert.Null(Create(size, Tensor("x", TensorType.Float32, shape)));

    [Fact]
    public void Create_UnknownType_IsNone() => Assert.Null(Create(1, new ValueSpec("x", ValueKind.Tensor, null, [1], IsOptional: false)));

    private static ImmutableArray<ModelValue>? Create(int size, ValueSpec input) => MadeUpInputs.Create(Signature(input), size, withOptional: false, seed: 1);

    private static ModelSignature Signature(ValueSpec input) => new("", [input], []);

    private static ValueSpec Tensor(string name, TensorType type, params ReadOnlySpan<long> shape) =>
        new(name, ValueKind.Tensor, type, [.. shape], IsOptional: false);
}
