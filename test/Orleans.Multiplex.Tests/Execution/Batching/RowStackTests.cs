using System.Collections.Immutable;
using Orleans.Multiplex.Execution.Batching;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Batching;

public sealed class RowStackTests
{
    [Fact]
    public void Stack_ThreeRequests_RowsAreOneBehindTheOtherAndTheMemoryGoesBack()
    {
        var pool = new PoisoningPool();
        var stack = new RowStack([Ask(1, 2), Ask(3), Ask(4, 5, 6)], pool);
        var x = (Tensor)stack.Request.Inputs[0];

        Assert.Equal([6L, 1], x.Shape);
        Assert.Equal([1f, 2, 3, 4, 5, 6], x.AsSpan<float>());
        Assert.Equal(1, pool.Rented);
        stack.Dispose();
        stack.Dispose();
        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public void Split_OutputsOfAsManyRows_EachGetsItsOwn()
    {
        using var stack = new RowStack([Ask(1, 2), Ask(3)], new PoisoningPool());

        var parts = stack.Split([Tensor.Create("y", [1f, 2, 3, 4, 5, 6], 3, 2), Tensor.Create("z", [7L, 8, 9], 3)])!;

        Assert.Equal([1f, 2, 3, 4], ((Tensor)parts[0][0]).AsSpan<float>());
        Assert.Equal([9L], ((Tensor)parts[1][1]).AsSpan<long>());
        Assert.Equal([1L, 2], ((Tensor)parts[1][0]).Shape);
    }

    [Fact]
    public void Split_OutputsOfOtherRows_IsNull()
    {
        using var stack = new RowStack([Ask(1, 2), Ask(3)], new PoisoningPool());
        ImmutableArray<ModelValue>[] others =
        [
            [Tensor.Create("y", [1f, 2], 2)],
            [Tensor.CreateScalar("y", 1f)],
            [Tensor.Create("y", ["a", "b", "c"], 3)],
            [new ValueSequence("y", [])],
        ];

        Assert.All(others, other => Assert.Null(stack.Split(other)));
    }

    [Fact]
    public void CountRows_OnlyOfTensorsOfAsManyRowsAndWholeBytes()
    {
        Assert.Equal(2, StackShape.CountRows(Ask(1, 2)));
        InferenceRequest[] others =
        [
            new([Tensor.CreateScalar("x", 1f)]),
            new([Tensor.Create("x", Array.Empty<float>(), 0, 4)]),
            new([Tensor.Create("x", [1f], 1), Tensor.Create("z", [1f, 2], 2)]),
            new([Tensor.Create("x", ["text"], 1)]),
            new([new Tensor("x", TensorType.Int4, [2], new byte[] { 1 })]),
            new([new ValueSequence("x", [])]),
            new([]),
        ];
        Assert.All(others, static other => Assert.Null(StackShape.CountRows(other)));
    }

    [Fact]
    public void Matches_AllButTheRows()
    {
        var shape = new StackShape(new InferenceRequest([Tensor.Create("x", [1f, 2], 1, 2)], ["y"]));

        Assert.True(shape.Matches(new InferenceRequest([Tensor.Create("x", [1f, 2, 3, 4], 2, 2)], ["y"])));
        InferenceRequest[] others =
        [
            new([Tensor.Create("x", [1f, 2], 1, 2)]),
            new([Tensor.Create("x", [1f, 2], 1, 2)], ["z"]),
            new([Tensor.Create("other", [1f, 2], 1, 2)], ["y"]),
            new([Tensor.Create("x", [1f, 2, 3], 1, 3)], ["y"]),
            new([Tensor.Create("x", [1f, 2], 2, 1)], ["y"]),
            new([Tensor.Create("x", [1f, 2], 2)], ["y"]),
            new([Tensor.Create("x", [1, 2], 1, 2)], ["y"]),
            new([Tensor.Create("x", [1f, 2], 1, 2), Tensor.Create("more", [1f, 2], 1, 2)], ["y"]),
        ];
        Assert.All(others, other => Assert.False(shape.Matches(other)));
    }

    private static InferenceRequest Ask(params float[] rows) => RowSession.Ask(rows);
}
