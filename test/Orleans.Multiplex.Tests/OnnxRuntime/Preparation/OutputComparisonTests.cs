using Orleans.Multiplex.OnnxRuntime.Preparation;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

public sealed class OutputComparisonTests
{
    [Theory]
    [InlineData(1f, 1.0005f, true)]
    [InlineData(1f, 1.01f, false)]
    [InlineData(0f, 0.00001f, true)]
    [InlineData(0f, 0.01f, false)]
    [InlineData(float.NaN, float.NaN, true)]
    [InlineData(float.NaN, 0f, false)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, true)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity, false)]
    [InlineData(1f, float.NaN, false)]
    public void FindDifference_Fractions_MayDifferALittle(float expected, float actual, bool isSame) =>
        AssertSame(isSame, Tensor.Create("y", [expected, 1f]), Tensor.Create("y", [actual, 1f]));

    [Fact]
    public void FindDifference_AllElse_HasToBeTheSame()
    {
        AssertSame(true, Tensor.Create("y", [1L, 2]), Tensor.Create("y", [1L, 2]));
        AssertSame(false, Tensor.Create("y", [1L, 2]), Tensor.Create("y", [1L, 3]));
        AssertSame(false, Tensor.Create("y", ["a"]), Tensor.Create("y", ["b"]));
        AssertSame(false, Tensor.Create("y", [1f, 2], 2, 1), Tensor.Create("y", [1f, 2], 1, 2));
        AssertSame(false, Tensor.Create("y", [1L]), Tensor.Create("y", [1UL]));
        AssertSame(false, new ValueSequence("y", [Tensor.Create("", [1f])]), new ValueSequence("y", []));
        AssertSame(false, Map(1, 2), Map(1, 3));
        AssertSame(false, Map(1, 2), Map(2, 2));
        AssertSame(true, Map(1, 2), Map(1, 2));
        AssertSame(false, Map(1, 2), Tensor.Create("y", [2f]));
    }

    [Fact]
    public void FindDifference_NamesTheOutputAndTheElement() =>
        Assert.Equal(
            "'y': element 1 is 5 instead of 2",
            OutputComparison.FindDifference([Tensor.Create("y", [1f, 2])], [Tensor.Create("y", [1f, 5])]));

    [Fact]
    public void FindDifference_HalfAndBFloat16_AreNumbers()
    {
        AssertSame(true, Tensor.Create("y", [(Half)1, (Half)1]), Tensor.Create("y", [(Half)1.005, (Half)1]));
        AssertSame(false, Tensor.Create("y", [(Half)1]), Tensor.Create("y", [(Half)1.5]));
        AssertSame(true, BFloat16(0x3F80), BFloat16(0x3F81));
        AssertSame(false, BFloat16(0x3F80), BFloat16(0x4000));
    }

    private static void AssertSame(bool isSame, ModelValue expected, ModelValue actual) =>
        Assert.Equal(isSame, OutputComparison.FindDifference([expected], [actual]) is null);

    private static ValueMap Map(long key, float value) => new("y", Tensor.Create("", [key]), Tensor.Create("", [value]));

    private static Tensor BFloat16(ushort bits) => new("y", TensorType.BFloat16, [1], BitConverter.GetBytes(bits));
}
