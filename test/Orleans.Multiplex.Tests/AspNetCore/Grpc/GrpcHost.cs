using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;
using RpcMetadata = Grpc.Core.Metadata;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

/// <summary>The gRPC services on a real server that speaks HTTP/2 without TLS, over a fake client, and real gRPC clients to call them. At its end nothing may be charged.</summary>
internal sealed class GrpcHost : IAsyncDisposable
{
    private readonly GrpcChannel _channel;

    private GrpcHost(HttpHost http)
    {
        Http = http;
        _channel = GrpcChannel.ForAddress(http.Address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        Inference = new GRPCInferenceService.GRPCInferenceServiceClient(_channel);
        Health = new Health.HealthClient(_channel);
    }

    public HttpHost Http { get; }

    public FakeMultiplexClient Fake => Http.Fake;

    public GRPCInferenceService.GRPCInferenceServiceClient Inference { get; }

    public Health.HealthClient Health { get; }

    public static async Task<GrpcHost> StartAsync(
        FakeMultiplexClient? fake = null,
        Action<IDictionary<string, string?>>? settings = null,
        TimeProvider? time = null,
        string environment = "Production",
        LogLevel logged = LogLevel.Debug) =>
        new(await HttpHost.StartAsync(fake, settings, time: time, environment: environment, protocols: HttpProtocols.Http2, logged: logged));

    /// <summary>A request to model iris with one raw input.</summary>
    public static ModelInferRequest Raw(string type, long[] shape, byte[] data, string name = "X") =>
        new() { ModelName = "iris", Inputs = { Input(type, shape, null, name) }, RawInputContents = { ByteString.CopyFrom(data) } };

    /// <summary>A request to model iris with one typed input.</summary>
    public static ModelInferRequest Typed(string type, long[] shape, InferTensorContents? contents, string name = "X") =>
        new() { ModelName = "iris", Inputs = { Input(type, shape, contents, name) } };

    public static ModelInferRequest.Types.InferInputTensor Input(string type, long[] shape, InferTensorContents? contents, string name = "X") =>
        new() { Name = name, Datatype = type, Shape = { shape }, Contents = contents };

    public async Task<ModelInferResponse> InferAsync(ModelInferRequest request, params (string Name, string Value)[] metadata) =>
        await Inference.ModelInferAsync(request, Headers(metadata), cancellationToken: HttpHost.Cancellation);

    /// <summary>Sends a request that must fail with this status and these texts.</summary>
    public async Task<RpcException> FailAsync(ModelInferRequest request, StatusCode status, params string[] texts)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => InferAsync(request));
        Assert.Equal(status, error.StatusCode);
        Assert.All(texts, text => Assert.Contains(text, error.Status.Detail, StringComparison.Ordinal));
        return error;
    }

    public static RpcMetadata Headers(params (string Name, string Value)[] metadata)
    {
        var headers = new RpcMetadata();
        foreach (var (name, value) in metadata)
        {
            headers.Add(name, value);
        }

        return headers;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await Http.StopAsync();
        Assert.Equal(0, Http.InFlight.Charged);
        await Http.DisposeAsync();
    }
}
