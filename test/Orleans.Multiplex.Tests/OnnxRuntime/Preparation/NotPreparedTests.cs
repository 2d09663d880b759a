using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

/// <summary>What cannot be prepared says why, leaves nothing behind, and the original serves on.</summary>
public sealed class NotPreparedTests
{
    public static TheoryData<string> BrokenNames => [.. HostileModels.Broken().Select(model => model.Name)];

    [Theory]
    [MemberData(nameof(BrokenNames))]
    public void Prepare_BrokenFile_SaysWhyAndLeavesNothing(string name) =>
        AssertNotPrepared(new PreparedFolder(HostileModels.Broken().Single(model => model.Name == name).File), "");

    [Fact]
    public void Prepare_FormThatTheRuntimeWritesAndRefusesToRead_SaysSo() => AssertNotPrepared(new PreparedFolder(LargeDeepIfs()), "verif");

    [Fact]
    public void Prepare_ModelThatTakesOtherSizes_SaysThatItCannotBeRun() =>
        AssertNotPrepared(new PreparedFolder(TestModels.BadReshape()), "it cannot be run on made-up inputs: ");

    // ONNX Runtime seeds a random node by its place in the graph, and there is one node less in what is written.
    [Fact]
    public void Prepare_ModelThatAnswersAtRandom_SaysThatItGivesOtherOutputs() =>
        AssertNotPrepared(
            new PreparedFolder(new OnnxModelBuilder(new OnnxGraph("random")
                .Input("x", TensorType.Float32, 4)
                .Output("y", TensorType.Float32, 4)
                .Node("Identity", ["x"], ["same"])
                .Node("RandomNormalLike", ["same"], ["y"])).Build()),
            "once prepared, it gives other outputs: 'y': element ");

    [Fact]
    public void Prepare_EndlessModel_IsEnded() =>
        AssertNotPrepared(
            new PreparedFolder(HostileModels.EndlessLoop()), "a run on made-up inputs did not end within 0.2 s.", TimeSpan.FromMilliseconds(200));

    [Fact]
    public void Prepare_InputsTooLarge_SaysThatNoneCanBeMadeUp() =>
        AssertNotPrepared(new PreparedFolder(TestModels.Identity(TensorType.Float32, 1 << 20, 1 << 20)), "no inputs of a bounded size can be made up");

    [Fact]
    public void Prepare_FewBytesThatBecomeMany_IsNoPreparation()
    {
        // Each is below what may be folded; together they are not.
        var graph = new OnnxGraph("bomb")
            .Input("x", TensorType.Float32, 1)
            .Output("y", TensorType.Float32, 4 << 20)
            .Initializer(Tensor.Create("shape", [4L << 20]));
        var sum = "x";
        for (var i = 0; i < 3; i++)
        {
            graph.Node("ConstantOfShape", ["shape"], [$"c{i}"])
                .Node("Cos", [$"c{i}"], [$"f{i}"])
                .Node("Add", [sum, $"f{i}"], [i == 2 ? "y" : $"s{i}"]);
            sum = $"s{i}";
        }

        AssertNotPrepared(new PreparedFolder(new OnnxModelBuilder(graph).Build()), "it grows from ");
    }

    [Fact]
    public void Prepare_NoFile_SaysSoWithoutItsFolder()
    {
        var folder = new PreparedFolder(TestModels.ScalarOutput());
        File.Delete(folder.Original);

        AssertNotPrepared(folder, "model.onnx");
    }

    [Fact]
    public void Prepare_FaultOfTheDisk_IsNoneOfTheModel()
    {
        using var folder = new PreparedFolder(TestModels.Mlp(1_000_000));
        var preparation = new ModelPreparation(NullLoggerFactory.Instance, TimeProvider.System, TimeSpan.FromMinutes(1));

        // Below a file nothing can be written.
        var outcome = preparation.Prepare(folder.Original, Path.Combine(folder.Original, "prepared"), CancellationToken.None);

        Assert.Equal((null, false), (outcome.Model, outcome.IsFinal));
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void HoldsFor_WhatTookTooMuch_IsAnotherMatterWithMoreMemory(long limit, bool holds)
    {
        Assert.Equal(holds, new PreparationFailure("it takes too much", IsHarmful: true, LimitBytes: 100).HoldsFor(limit));
        Assert.True(new PreparationFailure("it differs", IsHarmful: false).HoldsFor(limit));
    }

    [Fact]
    public void Prepare_Cancelled_LeavesNothing()
    {
        using var folder = new PreparedFolder(TestModels.Mlp(1_000_000));
        var preparation = new ModelPreparation(NullLoggerFactory.Instance, TimeProvider.System, TimeSpan.FromMinutes(1));

        Assert.Throws<OperationCanceledException>(() => { preparation.Prepare(folder.Original, folder.Target, new CancellationToken(canceled: true)); });

        Assert.Empty(folder.Made);
    }

    private static void AssertNotPrepared(PreparedFolder folder, string reason, TimeSpan? runTime = null)
    {
        using (folder)
        {
            var outcome = folder.Prepare(runTime);

            Assert.Null(outcome.Model);
            Assert.False(string.IsNullOrWhiteSpace(outcome.Reason));
            Assert.Contains(reason, outcome.Reason, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("multiplex-prepared-", outcome.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain(outcome.Reason!, char.IsControl);
            Assert.Empty(folder.Made);
            Assert.False(PreparedModel.TryRead(folder.Target, out _));
        }
    }

    private static byte[] LargeDeepIfs()
    {
        var leaf = new OnnxGraph("leaf").Output("w", TensorType.Float32, 1)
            .Node("Constant", [], ["w"], AttributeValue.Of("value", Tensor.Create("w", [1f])));
        var inner = leaf;
        for (var i = 0; i < 20; i++)
        {
            inner = new OnnxGraph("branch").Output("w", TensorType.Float32, 1).Node(
                "If", ["true"], ["w"], AttributeValue.Of("then_branch", inner), AttributeValue.Of("else_branch", leaf));
        }

        return new OnnxModelBuilder(new OnnxGraph("deep")
            .Input("true", TensorType.Bool)
            .Output("w", TensorType.Float32, 1)
            .Output("y", TensorType.Float32, 100_000)
            .Initializer(Tensor.Create("large", new float[100_000]))
            .Node("If", ["true"], ["w"], AttributeValue.Of("then_branch", inner), AttributeValue.Of("else_branch", leaf))
            .Node("Add", ["w", "large"], ["y"])).Build();
    }
}
