using Google.Protobuf;
using Grpc.Core;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class RpcLimitTests
{
    [Fact]
    public async Task Request_AtTheLimit_IsAnsweredAndOneOverItIsRefused()
    {
        await using var host = await GrpcHost.StartAsync(settings: static values => values["Multiplex:MaxRequestBytes"] = "1MiB");

        var response = await host.InferAsync(Filled(1 << 20));

        Assert.Equal(1 << 20, response.RawOutputContents.Single().Length);
        await host.FailAsync(Filled((1 << 20) + (64 << 10)), StatusCode.ResourceExhausted);
    }

    [Fact]
    public async Task Request_AboveTheServersOwnLimit_IsAnswered()
    {
        await using var host = await GrpcHost.StartAsync();

        Assert.Equal(31_000_000, (await host.InferAsync(Filled(31_000_000))).RawOutputContents.Single().Length);
    }

    [Fact]
    public async Task Request_TypedContentsThatGrowOverTheLimit_AreRefused()
    {
        await using var host = await GrpcHost.StartAsync(settings: static values => values["Multiplex:MaxRequestBytes"] = "1MiB");

        // A byte each on the wire, eight in a tensor.
        await host.FailAsync(
            GrpcHost.Typed("INT64", [200_000], new() { Int64Contents = { new long[200_000] } }), StatusCode.ResourceExhausted, "Multiplex:MaxRequestBytes");
    }

    [Fact]
    public async Task Requests_InFlight_AreChargedFromTheirMessageToTheirAnswer()
    {
        var called = new TaskCompletionSource();
        var answer = new TaskCompletionSource<InferenceResponse>();
        await using var host = await GrpcHost.StartAsync(
            new FakeMultiplexClient
            {
                OnInfer = (_, _, _, _) =>
                {
                    called.TrySetResult();
                    return answer.Task;
                },
            },
            static values => (values["Multiplex:MaxRequestBytes"], values["Multiplex:MaxBytesInFlight"]) = ("1MiB", "2MiB"));

        var first = host.InferAsync(Filled(1 << 20));
        await called.Task;
        Assert.InRange(host.Http.InFlight.Charged, 1 << 20, (1 << 20) + 3000);

        // While its message arrives, before anything else sees it.
        var refused = await host.FailAsync(Filled(1 << 20), StatusCode.ResourceExhausted, "Multiplex:MaxBytesInFlight");
        Assert.Equal("1", refused.Trailers.GetValue("retry-after"));
        Assert.InRange(host.Http.InFlight.Charged, 1 << 20, (1 << 20) + 3000);

        // Its message fits beside the first; its tensor does not.
        await host.FailAsync(
            GrpcHost.Typed("INT64", [131_000], new() { Int64Contents = { new long[131_000] } }), StatusCode.ResourceExhausted, "Multiplex:MaxBytesInFlight");
        answer.SetResult(FakeMultiplexClient.Answer([]));
        await first;
    }

    [Fact]
    public async Task Request_Compressed_IsRefusedBeforeItIsUnpacked()
    {
        await using var host = await GrpcHost.StartAsync();
        var error = await Assert.ThrowsAsync<RpcException>(
            () => host.InferAsync(Filled(100_000), ("grpc-internal-encoding-request", "gzip")));

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
        Assert.Contains("without compression", error.Status.Detail, StringComparison.Ordinal);
    }

    private static ModelInferRequest Filled(int bytes) => new()
    {
        ModelName = "iris",
        Inputs = { GrpcHost.Input("INT8", [bytes], null) },
        RawInputContents = { UnsafeByteOperations.UnsafeWrap(new byte[bytes]) },
    };
}
