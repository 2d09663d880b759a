using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class CancellationTests
{
    [Fact(Timeout = 60_000)]
    public async Task Run_EndlessLoop_EndsSoonAfterTheTokenDoes()
    {
        using var session = await ModelOnDisk.OpenAsync(HostileModels.EndlessLoop());
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        // Told after the run, which registers later: it may have ended before.
        var cancelledAt = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Token.Register(() => cancelledAt.SetResult(TimeProvider.System.GetTimestamp()));

        await Assert.ThrowsAsync<OperationCanceledException>(() => Task.Run(
            () => session.Run(new InferenceRequest([Tensor.Create("x", [1f])]), cancellation.Token), TestContext.Current.CancellationToken));

        var endedAt = TimeProvider.System.GetTimestamp();
        Assert.True(TimeProvider.System.GetElapsedTime(await cancelledAt.Task, endedAt) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Run_TokenThatIsDoneAlready_RunsNothing()
    {
        using var session = await ModelOnDisk.OpenAsync(HostileModels.EndlessLoop());

        Assert.Throws<OperationCanceledException>(
            () => session.Run(new InferenceRequest([Tensor.Create("x", [1f])]), new CancellationToken(canceled: true)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Run_CancelledAtAnyMoment_EndsInItsAnswerOrInTheCancellation()
    {
        const long Steps = 2_000;
        using var session = await ModelOnDisk.OpenAsync(TestModels.Count());
        var request = new InferenceRequest([Tensor.CreateScalar("n", Steps)]);
        var random = new Random(7);

        for (var i = 0; i < 300; i++)
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(4_000)));
            try
            {
                var output = Assert.IsType<Tensor>(Assert.Single(session.Run(request, cancellation.Token).Outputs));
                Assert.Equal([Steps], output.AsSpan<long>());
            }
            catch (OperationCanceledException exception)
            {
                Assert.Equal(cancellation.Token, exception.CancellationToken);
            }
        }

        Assert.Equal([Steps], session.RunToTensor(Tensor.CreateScalar("n", Steps)).AsSpan<long>());
    }

    [Fact]
    public async Task Open_TokenThatIsDoneAlready_OpensNothing()
    {
        using var model = new ModelOnDisk(TestModels.Affine(1, 0));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await ModelOnDisk.Backend.OpenAsync(model.Artifact, new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await ModelOnDisk.Backend.InspectAsync(model.Artifact, new CancellationToken(canceled: true)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Open_CancelledAtAnyMoment_EndsInASessionOrInTheCancellation()
    {
        using var model = new ModelOnDisk(HostileModels.Chain(2_000));
        var random = new Random(11);
        for (var i = 0; i < 30; i++)
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(60_000)));
            try
            {
                using var session = await ModelOnDisk.Backend.OpenAsync(model.Artifact, cancellation.Token);
                Assert.Single(session.Signature.Outputs);
            }
            catch (OperationCanceledException exception)
            {
                Assert.Equal(cancellation.Token, exception.CancellationToken);
            }
        }
    }
}
