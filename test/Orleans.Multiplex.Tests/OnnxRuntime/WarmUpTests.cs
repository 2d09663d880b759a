using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>A run on made-up inputs before a model takes the place of another.</summary>
public sealed class WarmUpTests
{
    [Fact(Timeout = 60_000)]
    public async Task WarmUp_EndlessLoop_RunsTheModelUntilTheTokenEndsIt()
    {
        using var session = await ModelOnDisk.OpenAsync(HostileModels.EndlessLoop());
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), TimeProvider.System);

        await Assert.ThrowsAsync<OperationCanceledException>(() => Task.Run(() => session.WarmUp(cancellation.Token), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WarmUp_ModelThatTakesNoneOfTheInputs_IsNoFailure()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.BadReshape());

        session.WarmUp(TestContext.Current.CancellationToken);

        Assert.Equal(49, session.Run(new([Tensor.Create("x", new float[49])]), TestContext.Current.CancellationToken).Outputs.OfType<Tensor>().Single().AsSpan<float>().Length);
    }
}
