using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class RpcReadTests
{
    private static FakeMultiplexClient Draining => new()
    {
        OnGetSilos = static () => Task.FromResult<System.Collections.Immutable.ImmutableArray<SiloResidency>>([FakeMultiplexClient.Silo(draining: true)]),
    };

    private static CancellationToken Cancellation => HttpHost.Cancellation;

    [Fact]
    public async Task Server_Reads_SayWhatItIs()
    {
        await using var host = await GrpcHost.StartAsync();

        var metadata = await host.Inference.ServerMetadataAsync(new(), cancellationToken: Cancellation);

        Assert.Equal("orleans-multiplex", metadata.Name);
        Assert.NotEmpty(metadata.Version);
        Assert.Equal(["model_configuration", "model_repository", "schedule_policy", "statistics"], metadata.Extensions);
        Assert.True((await host.Inference.ServerLiveAsync(new(), cancellationToken: Cancellation)).Live);
        Assert.True((await host.Inference.ServerReadyAsync(new(), cancellationToken: Cancellation)).Ready);
    }

    [Fact]
    public async Task Server_NoSiloTakesModels_IsLiveAndNotReady()
    {
        await using var host = await GrpcHost.StartAsync(Draining);

        Assert.True((await host.Inference.ServerLiveAsync(new(), cancellationToken: Cancellation)).Live);
        Assert.False((await host.Inference.ServerReadyAsync(new(), cancellationToken: Cancellation)).Ready);
    }

    [Fact]
    public async Task Model_Metadata_HasItsVersionsInputsAndOutputs()
    {
        await using var host = await GrpcHost.StartAsync();

        var model = await host.Inference.ModelMetadataAsync(new() { Name = "iris", Version = "3" }, cancellationToken: Cancellation);

        Assert.Equal(("iris", "onnx_onnxv1"), (model.Name, model.Platform));
        Assert.Equal(["1", "3"], model.Versions);
        Assert.Equal([("X", "FP32", "-1,4"), ("mask", "BOOL", "")], model.Inputs.Select(input => (input.Name, input.Datatype, string.Join(",", input.Shape))));
        Assert.Equal(
            [("label", "INT64", "-1"), ("scores", "FP32", "-1,-1"), ("scores.labels", "BYTES", "-1")],
            model.Outputs.Select(output => (output.Name, output.Datatype, string.Join(",", output.Shape))));
    }

    [Fact]
    public async Task Model_Ready_IsAnAnswerAndOnlyAModelThatIsNotThereAnError()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnDescribe = static model => model switch
            {
                "iris@3" => FakeMultiplexClient.Describe(model),
                "broken" => throw new ModelLoadFailedException(model, "broken", TimeSpan.FromSeconds(1)),
                _ => throw new ModelNotFoundException(model, "none"),
            },
        });

        Assert.True((await host.Inference.ModelReadyAsync(new() { Name = "iris", Version = "3" }, cancellationToken: Cancellation)).Ready);
        Assert.False((await host.Inference.ModelReadyAsync(new() { Name = "broken" }, cancellationToken: Cancellation)).Ready);
        var error = await Assert.ThrowsAsync<RpcException>(() => host.Inference.ModelReadyAsync(new() { Name = "x" }, cancellationToken: Cancellation).ResponseAsync);
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Theory]
    [InlineData("10.0.0.1", null)]
    [InlineData("none", null)]
    [InlineData("127.0.0.1", "x-forwarded-for")]
    public async Task Calls_FromElsewhere_AreInferenceAndHealthAlone(string address, string? proxyHeader)
    {
        await using var host = await GrpcHost.StartAsync();
        var elsewhere = GrpcHost.Headers((HttpHost.RemoteAddressHeader, address), (proxyHeader ?? "other", "10.0.0.1"));

        await host.Inference.ModelInferAsync(GrpcHost.Raw("INT8", [1], [1]), elsewhere, cancellationToken: Cancellation);
        using var stream = host.Inference.ModelStreamInfer(elsewhere, cancellationToken: Cancellation);
        await stream.SendAsync("a");
        await stream.NextAsync("a");
        await stream.CompleteAsync();
        await host.Inference.ServerLiveAsync(new(), elsewhere, cancellationToken: Cancellation);
        await host.Inference.ServerReadyAsync(new(), elsewhere, cancellationToken: Cancellation);
        await host.Health.CheckAsync(new(), elsewhere, cancellationToken: Cancellation);
        Func<Task>[] refused =
        [
            () => host.Inference.ModelReadyAsync(new() { Name = "iris" }, elsewhere, cancellationToken: Cancellation).ResponseAsync,
            () => host.Inference.ModelMetadataAsync(new() { Name = "iris" }, elsewhere, cancellationToken: Cancellation).ResponseAsync,
            () => host.Inference.ModelConfigAsync(new() { Name = "iris" }, elsewhere, cancellationToken: Cancellation).ResponseAsync,
            () => host.Inference.ServerMetadataAsync(new(), elsewhere, cancellationToken: Cancellation).ResponseAsync,
        ];
        foreach (var call in refused)
        {
            var error = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
            Assert.Contains("on the machine itself", error.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("inference.GRPCInferenceService")]
    public async Task Health_OfTheServerAndItsService_FollowsReadiness(string service)
    {
        await using var ready = await GrpcHost.StartAsync();
        await using var draining = await GrpcHost.StartAsync(Draining);

        Assert.Equal(ServingStatus.Serving, (await ready.Health.CheckAsync(new() { Service = service }, cancellationToken: Cancellation)).Status);
        Assert.Equal(ServingStatus.NotServing, (await draining.Health.CheckAsync(new() { Service = service }, cancellationToken: Cancellation)).Status);
    }

    [Fact]
    public async Task Health_OfAnotherService_IsNotKnown()
    {
        await using var host = await GrpcHost.StartAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => host.Health.CheckAsync(new() { Service = "other" }, cancellationToken: Cancellation).ResponseAsync);
        using var watch = host.Health.Watch(new() { Service = "other" }, cancellationToken: Cancellation);

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(watch));
    }

    [Fact]
    public async Task Health_Watched_TellsChangesAndEndsWithTheServer()
    {
        var time = new FakeTimeProvider();
        var fake = new FakeMultiplexClient();
        await using var host = await GrpcHost.StartAsync(fake, time: time);

        using var watch = host.Health.Watch(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        fake.OnGetSilos = Draining.OnGetSilos;
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch, time));
        var stopped = host.Http.StopAsync();
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        Assert.False(await watch.ResponseStream.MoveNext(Cancellation));
        await stopped;
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch, FakeTimeProvider? time = null)
    {
        var moved = watch.ResponseStream.MoveNext(Cancellation);
        while (time is not null && !moved.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.True(await moved);
        return watch.ResponseStream.Current.Status;
    }
}
