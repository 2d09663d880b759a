using System.Collections.Immutable;
using Orleans.Multiplex.AspNetCore.Outputs;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Outputs;

public sealed class OutputTensorsTests
{
    private static readonly ValueMap Cats = Scores.Map([1f, 2f]);

    [Fact]
    public void Of_MapsWithTheSameKeys_IsAMatrixAndTheKeys()
    {
        var tensors = Of(new ValueSequence("p", [Cats, Scores.Map([3f, 4f]), Scores.Map([5f, 6f])]));

        AssertTensor(Tensor.Create("p", [1f, 2, 3, 4, 5, 6], 3, 2), tensors.Values);
        AssertTensor(Tensor.Create("p.labels", ["cat", "dog"]), tensors.Labels!);
    }

    [Fact]
    public void Of_MapsToText_IsAMatrixOfText()
    {
        var map = new ValueMap("", Tensor.Create("", [7L, 8]), Tensor.Create("", ["a", "é"]));

        var tensors = Of(new ValueSequence("p", [map, map]));

        AssertTensor(Tensor.Create("p", ["a", "é", "a", "é"], 2, 2), tensors.Values);
        AssertTensor(Tensor.Create("p.labels", [7L, 8]), tensors.Labels!);
    }

    [Fact]
    public void Of_AMap_IsItsValuesAndItsKeys()
    {
        var tensors = Of(Scores.Map([1f, 2f], "m"));

        AssertTensor(Tensor.Create("m", [1f, 2f]), tensors.Values);
        AssertTensor(Tensor.Create("m.labels", ["cat", "dog"]), tensors.Labels!);
    }

    [Theory]
    [InlineData(new long[] { }, new long[] { 2 })]
    [InlineData(new long[] { 1, 1 }, new long[] { 2, 1, 1 })]
    public void Of_TensorsOfOneShape_IsATensorWithOneDimensionMore(long[] shape, long[] expected)
    {
        var tensors = Of(new ValueSequence("s", [Number(1, shape), Number(2, shape)]));

        AssertTensor(Tensor.Create("s", [1, 2], expected), tensors.Values);
        Assert.Null(tensors.Labels);
    }

    [Fact]
    public void Of_ATensor_IsItself()
    {
        var tensor = Tensor.Create("t", [1L]);

        Assert.Same(tensor, Of(tensor).Values);
    }

    [Fact]
    public void Of_NoMapsOrTensors_HasTheTypesThatTheModelDeclares()
    {
        var maps = Of(new ValueSequence("p", []), new ValueSpec("p", ValueKind.SequenceOfMaps, TensorType.Float64, default, false, TensorType.Int64));
        AssertTensor(new Tensor("p", TensorType.Float64, [0, 0], default), maps.Values);
        AssertTensor(new Tensor("p.labels", TensorType.Int64, [0], default), maps.Labels!);

        var tensors = Of(new ValueSequence("p", []), new ValueSpec("p", ValueKind.SequenceOfTensors, TensorType.Int8, [-1, 3], false));
        AssertTensor(new Tensor("p", TensorType.Int8, [0, 0, 3], default), tensors.Values);

        var unshaped = Of(new ValueSequence("p", []), new ValueSpec("p", ValueKind.SequenceOfTensors, TensorType.String, default, false));
        AssertTensor(new Tensor("p", TensorType.String, [0], default), unshaped.Values);
    }

    public static TheoryData<ModelValue, string> Lossy => new()
    {
        { new ValueSequence("p", [Cats, Scores.Map([1f], "", "cat")]), "the one at 1 has other keys" },
        { new ValueSequence("p", [Cats, Cats, Scores.Map([1f, 2f], "", "dog", "cat")]), "the one at 2 has other keys" },
        { new ValueSequence("p", [Cats, new ValueMap("", Tensor.Create("", [1L, 2]), Cats.Values)]), "the one at 1 has other keys" },
        { new ValueSequence("p", [Cats, new ValueMap("", Cats.Keys, Tensor.Create("", [1d, 2]))]), "the one at 1 has another type" },
        { new ValueSequence("p", [Cats, Number(1)]), "the one at 1 has other keys" },
        { new ValueSequence("p", [Number(1), Cats]), "the one at 1 has another type" },
        { new ValueSequence("p", [Number(1), Number(1, 1)]), "the one at 1 has another type or shape" },
        { new ValueSequence("p", [Number(1), Tensor.CreateScalar("", 1L)]), "the one at 1 has another type or shape" },
        { new ValueSequence("p", [new Tensor("", TensorType.Int4, [1], new byte[1]), new Tensor("", TensorType.Int4, [1], new byte[1])]), "INT4" },
        { new ValueSequence("p", [new ValueSequence("", [])]), "a sequence of sequences" },
        { new ValueSequence("p", []), "does not declare of what" },
    };

    [Theory]
    [MemberData(nameof(Lossy))]
    public void Of_WhatWouldLoseSomething_IsAnErrorThatNamesItAndTheRemedy(ModelValue output, string part)
    {
        var error = Assert.Throws<InvalidInputException>(() => Of(output));

        Assert.StartsWith("Output 'p' is ", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(OutputTensors.Remedy, error.Message, StringComparison.Ordinal);
    }

    private static OutputTensors Of(ModelValue output, params ImmutableArray<ValueSpec> declared) => OutputTensors.Of("iris", output, declared);

    private static Tensor Number(int value, params long[] shape) => new("", TensorType.Int32, [.. shape], BitConverter.GetBytes(value));

    private static void AssertTensor(Tensor expected, Tensor actual)
    {
        Assert.Equal((expected.Name, expected.Type), (actual.Name, actual.Type));
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(Convert.ToHexString(expected.Data.Span), Convert.ToHexString(actual.Data.Span));
    }
}
