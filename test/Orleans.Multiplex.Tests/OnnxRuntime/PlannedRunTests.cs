using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>Runs of models that say beforehand how large their outputs are, also when they have been asked so often that memory is kept ready for them.</summary>
public sealed class PlannedRunTests
{
    private const int Often = 20;

    [Fact]
    public async Task Run_OneRowAndManyOnManyThreads_EachGetsItsOwnAnswer()
    {
        using var session = await ModelOnDisk.OpenAsync(RowModels.Affine(3, 1));

        await Parallel.ForAsync(0, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, (i, _) =>
        {
            var rows = i % 5 == 0 ? 1 + (i % 7) : 1;
            var values = Enumerable.Range(0, rows * 4).Select(j => (float)(i + j)).ToArray();

            var output = session.RunToTensor(Tensor.Create("x", values, rows, 4));

            Assert.Equal([rows, 4L], output.Shape);
            Assert.Equal(values.Select(static value => (value * 3) + 1), output.AsSpan<float>().ToArray());
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public async Task Run_AnswersOfTheSameSize_AreKeptApart()
    {
        using var session = await ModelOnDisk.OpenAsync(RowModels.Affine(1, 0));
        var answers = Enumerable.Range(0, 2 * Often).Select(i => session.RunToTensor(Tensor.Create("x", Enumerable.Repeat((float)i, 4).ToArray(), 1, 4))).ToList();

        Assert.All(answers.Select(static (answer, i) => (answer, i)), static one => Assert.Equal(Enumerable.Repeat((float)one.i, 4), one.answer.AsSpan<float>().ToArray()));
    }

    [Fact]
    public async Task Run_ModelGivesMoreThanItDeclares_ItsAnswersAreGivenAllTheSame()
    {
        using var session = await ModelOnDisk.OpenAsync(Repeat());
        for (var i = 0; i < Often; i++)
        {
            Assert.Equal([7f, 7f], Ask(session, 2));
        }

        Assert.Equal([7f, 7f, 7f], Ask(session, 3));
        Assert.Equal([7f, 7f], Ask(session, 2));
        Assert.Equal([7f], Ask(session, 1));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(4000)]
    public async Task Run_OutputIsAnInput_IsGivenBack(int width)
    {
        using var session = await ModelOnDisk.OpenAsync(new OnnxModelBuilder(new OnnxGraph("through")
            .Input("x", TensorType.Float32, 1, width)
            .Output("x", TensorType.Float32, 1, width)
            .Output("y", TensorType.Float32, 1, width)
            .Node("Neg", ["x"], ["y"])).Build());
        for (var i = 0; i < 2 * Often; i++)
        {
            var values = Enumerable.Repeat((float)(i + 1), width).ToArray();

            var outputs = session.Run(Tensor.Create("x", values, 1, width));

            Assert.Equal(values, Assert.IsType<Tensor>(outputs[0]).AsSpan<float>().ToArray());
            Assert.Equal(-values[0], Assert.IsType<Tensor>(outputs[1]).AsSpan<float>()[^1]);
        }
    }

    [Fact]
    public async Task Run_OutputIsAConstant_IsTheConstant()
    {
        using var session = await ModelOnDisk.OpenAsync(new OnnxModelBuilder(new OnnxGraph("constant")
            .Input("x", TensorType.Float32, 1)
            .Output("c", TensorType.Float32, 3)
            .Output("y", TensorType.Float32, 1)
            .Initializer(Tensor.Create("c", [10f, 20f, 30f]))
            .Node("Neg", ["x"], ["y"])).Build());
        for (var i = 0; i < 2 * Often; i++)
        {
            Assert.Equal([10f, 20f, 30f], Assert.IsType<Tensor>(session.Run(Tensor.Create("x", [1f]))[0]).AsSpan<float>());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Often)]
    public async Task Run_FaultIsTheRequests_IsToldAndTheNextIsAnswered(int before)
    {
        using var session = await ModelOnDisk.OpenAsync(Pick());
        for (var i = 0; i < before; i++)
        {
            Assert.Equal([20f], session.RunToTensor(Tensor.Create("i", [1L])).AsSpan<float>());
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.ThrowsAny<MultiplexException>(() => session.RunToTensor(Tensor.Create("i", [7L])));
            Assert.Equal([30f], session.RunToTensor(Tensor.Create("i", [2L])).AsSpan<float>());
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Run_CancelledWhereMemoryIsKeptReady_TheNextRunHasItWhole()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.Count());
        for (var i = 0; i < Often; i++)
        {
            Assert.Equal([5L], session.RunToTensor(Tensor.CreateScalar("n", 5L)).AsSpan<long>());
        }

        for (var i = 0; i < 5; i++)
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
            Assert.Throws<OperationCanceledException>(
                () => session.Run(new InferenceRequest([Tensor.CreateScalar("n", long.MaxValue)]), cancellation.Token));
            Assert.Equal([6L], session.RunToTensor(Tensor.CreateScalar("n", 6L)).AsSpan<long>());
        }
    }

    [Fact]
    public async Task Run_InputsInAnotherOrderOrSomeOutputs_AnswersWhatWasAsked()
    {
        using var session = await ModelOnDisk.OpenAsync(SumAndDifference());
        var (a, b) = (Tensor.Create("a", [5f, 6f], 1, 2), Tensor.Create("b", [1f, 2f], 1, 2));
        for (var i = 0; i < Often; i++)
        {
            Assert.Equal([6f, 8f], Assert.IsType<Tensor>(session.Run(a, b)[0]).AsSpan<float>());
            Assert.Equal([4f, 4f], Assert.IsType<Tensor>(session.Run(b, a)[1]).AsSpan<float>());
            var some = session.Run(new InferenceRequest([a, b], ["difference"]));
            Assert.Equal("difference", Assert.Single(some).Name);
            Assert.Equal([4f, 4f], Assert.IsType<Tensor>(some[0]).AsSpan<float>());
        }
    }

    [Fact]
    public async Task Run_OutputIsLarge_IsWrittenWholeWhereTheAnswerHasIt()
    {
        using var session = await ModelOnDisk.OpenAsync(RowModels.Affine(2, 1));
        var values = Enumerable.Range(0, 400_000).Select(static i => (float)i).ToArray();

        var output = session.RunToTensor(Tensor.Create("x", values, 100_000, 4));

        Assert.Equal(values.Select(static value => (value * 2) + 1), output.AsSpan<float>().ToArray());
    }

    private static float[] Ask(IInferenceSession session, long times) =>
        session.RunToTensor(Tensor.Create("x", [7f]), Tensor.Create("n", [times])).AsSpan<float>().ToArray();

    /// <summary>Repeats a number as often as it is told, and declares that this is twice.</summary>
    private static byte[] Repeat() => new OnnxModelBuilder(new OnnxGraph("repeat")
        .Input("x", TensorType.Float32, 1)
        .Input("n", TensorType.Int64, 1)
        .Output("y", TensorType.Float32, 2)
        .Node("Expand", ["x", "n"], ["y"])).Build();

    private static byte[] Pick() => new OnnxModelBuilder(new OnnxGraph("pick")
        .Input("i", TensorType.Int64, 1)
        .Output("y", TensorType.Float32, 1)
        .Initializer(Tensor.Create("numbers", [10f, 20f, 30f]))
        .Node("Gather", ["numbers", "i"], ["y"])).Build();

    private static byte[] SumAndDifference() => new OnnxModelBuilder(new OnnxGraph("both")
        .Input("a", TensorType.Float32, 1, 2)
        .Input("b", TensorType.Float32, 1, 2)
        .Output("sum", TensorType.Float32, 1, 2)
        .Output("difference", TensorType.Float32, 1, 2)
        .Node("Add", ["a", "b"], ["sum"])
        .Node("Sub", ["a", "b"], ["difference"])).Build();
}
