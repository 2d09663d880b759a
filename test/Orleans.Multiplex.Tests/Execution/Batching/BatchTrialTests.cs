using System.Buffers;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.OnnxRuntime;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Batching;

/// <summary>Which real models pass as giving each row what it gets alone.</summary>
public sealed class BatchTrialTests
{
    public static TheoryData<string> Mixing => [.. RowModels.Mixing.Keys];

    [Theory]
    [MemberData(nameof(Mixing))]
    public async Task Run_ModelMixesRows_IsNeverProven(string what)
    {
        var verdict = await TryAsync(RowModels.Mixing[what], AlwaysPays);

        Assert.False(verdict.IsProven, verdict.Reason);
        Assert.False(verdict.MayChange);
    }

    [Fact]
    public async Task Run_RowsAreIndependentAndItPays_IsProven()
    {
        foreach (var file in new[] { RowModels.Affine(2, 1), RowModels.Mlp(32, 64), RowModels.SoftmaxOfRow() })
        {
            var verdict = await TryAsync(file, AlwaysPays);
            Assert.True(verdict.IsProven, verdict.Reason);
        }
    }

    [Fact]
    public async Task Run_RowsTakeAsLongTogether_IsNotProven()
    {
        var verdict = await TryAsync(RowModels.Affine(2, 1), static rows => TimeSpan.FromMilliseconds(rows));

        Assert.False(verdict.IsProven);
        Assert.True(verdict.MayChange);
        Assert.Contains("no less time together", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MostRunsTogetherAreInterrupted_IsProvenAllTheSame()
    {
        var together = 0;

        var verdict = await TryAsync(
            RowModels.Affine(2, 1), rows => TimeSpan.FromMilliseconds(rows < 8 ? 1 : ++together % 6 == 0 ? 2 : 100));

        Assert.True(verdict.IsProven, verdict.Reason);
    }

    [Theory]
    [InlineData(1.29, false)]
    [InlineData(1.31, true)]
    public async Task Run_Gain_PaysFromThirtyPercentOn(double gain, bool isProven)
    {
        var verdict = await TryAsync(RowModels.Affine(2, 1), rows => rows == 1 ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(rows / gain));

        Assert.Equal(isProven, verdict.IsProven);
    }

    [Fact]
    public async Task Run_FirstDimensionHasNoNameOrOthers_IsNotTried()
    {
        var twoNames = new OnnxModelBuilder(new OnnxGraph("two")
            .Input("x", OnnxType.Rows(TensorType.Float32, "N", 4))
            .Output("y", OnnxType.Rows(TensorType.Float32, "M", 4))
            .Node("Identity", ["x"], ["y"])).Build();
        foreach (var file in new[] { TestModels.Affine(2, 1), twoNames, TestModels.ScalarOutput() })
        {
            var verdict = await TryAsync(file, AlwaysPays);
            Assert.False(verdict.IsProven);
            Assert.Contains("one and the same dimension", verdict.Reason, StringComparison.Ordinal);
        }
    }

    private static TimeSpan AlwaysPays(int rows) => TimeSpan.FromMilliseconds(1);

    private static async Task<BatchVerdict> TryAsync(byte[] file, Func<int, TimeSpan> cost)
    {
        using var session = await ModelOnDisk.OpenAsync(file);
        return await new BatchTrial(
            session,
            (request, memory) =>
            {
                using var used = memory;
                session.Check(request);
                var outputs = session.Run(request, TestContext.Current.CancellationToken).Outputs;
                return Task.FromResult((outputs, cost((int)((Tensor)request.Inputs[0]).Shape[0])));
            },
            maxRows: 32,
            ArrayPool<byte>.Shared).RunAsync();
    }
}
