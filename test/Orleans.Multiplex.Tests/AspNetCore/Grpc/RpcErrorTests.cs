using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class RpcErrorTests
{
    public static TheoryData<Exception, StatusCode, string?> Table => new()
    {
        { new InvalidModelIdException("x", "it is odd."), StatusCode.InvalidArgument, null },
        { new InvalidInputException("iris", "X", "wrong – ß"), StatusCode.InvalidArgument, null },
        { new InferenceFailedException("iris", "division by zero"), StatusCode.InvalidArgument, null },
        { new ModelNotFoundException("iris", "none", TimeSpan.FromSeconds(1)), StatusCode.NotFound, "1" },
        { new ModelLoadFailedException("iris", "broken", TimeSpan.FromSeconds(3.2)), StatusCode.FailedPrecondition, "4" },
        { new OverloadedException("iris", "full", TimeSpan.FromMilliseconds(1)), StatusCode.ResourceExhausted, "1" },
        { new StoreUnavailableException("iris", "access denied", TimeSpan.FromSeconds(5)), StatusCode.Unavailable, "5" },
        { new ClusterUnavailableException("iris", TimeSpan.FromSeconds(1)), StatusCode.Unavailable, "1" },
        { new ModelLoadingException("iris", "fetching", TimeSpan.FromSeconds(61)), StatusCode.Unavailable, "61" },
        { new ModelUnloadedException("iris"), StatusCode.Unavailable, "1" },
        { new ModelPinnedException("iris", "iris", PinOrigin.Operator), StatusCode.FailedPrecondition, null },
        { new PinRefusedException("iris", "would have to go: 'a'", ["a"]), StatusCode.FailedPrecondition, null },
        { new SiloNotFoundException("silo-2", ["silo-1"]), StatusCode.NotFound, null },
        { new InvalidEventPositionException("?"), StatusCode.InvalidArgument, null },
        { new NoCapacityException("iris", "all in use", TimeSpan.FromSeconds(2)), StatusCode.ResourceExhausted, "2" },
        { new NoCapacityException("iris", "larger than the quota"), StatusCode.ResourceExhausted, null },
        { new InferenceTimeoutException("iris", "in the queue"), StatusCode.DeadlineExceeded, null },
    };

    private static ModelInferRequest Request => GrpcHost.Raw("INT8", [1], [1]);

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Error_OfEachKind_HasItsStatusReasonAndRetryAfter(Exception error, StatusCode status, string? retryAfter)
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient { OnInfer = (_, _, _, _) => throw error });

        var failed = await host.FailAsync(Request, status);

        Assert.Equal(error.Message, failed.Status.Detail);
        Assert.Equal(retryAfter, failed.Trailers.GetValue("retry-after"));
        Assert.DoesNotContain(host.Http.Log.Entries, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public void Table_EveryKindOfError_IsInIt() => Assert.Equal(
        ErrorTests.Table.Select(row => row.Data.Item1.GetType().Name).Distinct().Order(),
        Table.Select(row => row.Data.Item1.GetType().Name).Distinct().Order());

    [Fact]
    public async Task Error_Unexpected_TellsNoCauseAndIsLogged()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = static (_, _, _, _) => throw new InvalidOperationException("secret detail"),
        });

        var failed = await host.FailAsync(Request, StatusCode.Internal, "internal error (trace ");

        Assert.DoesNotContain("secret", failed.Status.Detail, StringComparison.Ordinal);
        var entry = Assert.Single(host.Http.Log.Entries, entry => entry.Level == LogLevel.Error);
        Assert.Equal(("secret detail", 2003), (entry.Error!.Message, entry.EventId));
    }

    [Fact]
    public async Task Error_UnexpectedInDevelopment_TellsAll()
    {
        await using var host = await GrpcHost.StartAsync(
            new FakeMultiplexClient { OnInfer = static (_, _, _, _) => throw new InvalidOperationException("secret detail") },
            environment: "Development");

        await host.FailAsync(Request, StatusCode.Internal, "secret detail", "   at ");
    }

    [Fact]
    public async Task Error_CancelledElsewhere_IsAnError()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = static (_, _, _, _) => throw new OperationCanceledException("not by the client"),
        });

        await host.FailAsync(Request, StatusCode.Internal);
    }

    [Fact]
    public async Task Call_CancelledByItsClient_CancelsTheModelsCall()
    {
        var called = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient { OnInfer = (_, _, _, token) => WaitAsync(called, token) });
        using var leaving = new CancellationTokenSource();

        var call = host.Inference.ModelInferAsync(Request, cancellationToken: leaving.Token).ResponseAsync;
        await called.Task;
        await leaving.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
        Assert.Contains("iris", (await host.Http.Log.NextAsync(2002).Soon()).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Http.Log.Entries, entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Call_WhoseDeadlinePasses_EndsInDeadlineExceededAndCancelsTheModelsCall()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient { OnInfer = static (_, _, _, token) => WaitAsync(new(), token) });
        await host.Inference.ServerLiveAsync(new(), cancellationToken: HttpHost.Cancellation); // the first call of a process takes its time
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1);

        var error = await Assert.ThrowsAsync<RpcException>(
            () => host.Inference.ModelInferAsync(Request, deadline: deadline, cancellationToken: HttpHost.Cancellation).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await host.Http.Log.NextAsync(2002).Soon();
        Assert.InRange(host.Fake.Last!.Value.Options.Timeout!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1001));
    }

    [Fact]
    public async Task Call_StartAndOutcome_AreLoggedAtDebug()
    {
        await using var host = await GrpcHost.StartAsync();

        await host.InferAsync(Request);

        Assert.EndsWith("gRPC /inference.GRPCInferenceService/ModelInfer.", (await host.Http.Log.NextAsync(2000)).Message, StringComparison.Ordinal);
        Assert.Matches(@"answered OK in \d+\.\dms\. Model: 'iris'\.", (await host.Http.Log.NextAsync(2004)).Message);
    }

    private static async Task<InferenceResponse> WaitAsync(TaskCompletionSource called, CancellationToken token)
    {
        var cancelled = new TaskCompletionSource<InferenceResponse>();
        await using var registration = token.UnsafeRegister(_ => cancelled.TrySetCanceled(token), null);
        called.SetResult();
        return await cancelled.Task;
    }
}
