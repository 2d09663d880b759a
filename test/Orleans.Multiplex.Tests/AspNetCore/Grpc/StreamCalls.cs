using Google.Protobuf;
using Grpc.Core;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

/// <summary>Streams of requests to model iris, each with an id.</summary>
internal static class StreamCalls
{
    public static AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> Stream(
        this GrpcHost host, DateTime? deadline = null, CancellationToken? cancellation = null, params (string Name, string Value)[] metadata) =>
        host.Inference.ModelStreamInfer(GrpcHost.Headers(metadata), deadline, cancellation ?? HttpHost.Cancellation);

    public static ModelInferRequest Request(string id, int bytes = 1, string model = "iris") => new()
    {
        Id = id,
        ModelName = model,
        Inputs = { GrpcHost.Input("INT8", [bytes], null) },
        RawInputContents = { UnsafeByteOperations.UnsafeWrap(new byte[bytes]) },
    };

    public static Task SendAsync(this AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream, ModelInferRequest request) =>
        stream.RequestStream.WriteAsync(request, HttpHost.Cancellation).Soon();

    public static async Task SendAsync(this AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream, params IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            await stream.SendAsync(Request(id));
        }
    }

    /// <summary>Sends requests of this size; their ids are 0, 1, and so on.</summary>
    public static async Task SendAsync(this AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream, int count, int bytes)
    {
        for (var i = 0; i < count; i++)
        {
            await stream.SendAsync(Request($"{i}", bytes));
        }
    }

    public static async Task<ModelStreamInferResponse> NextAsync(this AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream)
    {
        Assert.True(await stream.ResponseStream.MoveNext(HttpHost.Cancellation).Soon());
        return stream.ResponseStream.Current;
    }

    /// <summary>The next answer, which must be one to this request.</summary>
    public static async Task<ModelInferResponse> NextAsync(this AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream, string id)
    {
        var answer = await stream.NextAsync();
        Assert.Equal(("", id), (answer.ErrorMessage, answer.InferResponse.Id));
        return answer.InferResponse;
    }

    /// <summary>The next answer, which must be an error of this request.</summary>
    public static async Task NextErrorAsync(
        this AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream, string id, params string[] parts)
    {
        var answer = await stream.NextAsync();
        Assert.Equal(id, answer.InferResponse.Id);
        Assert.NotEmpty(answer.ErrorMessage);
        Assert.All(parts, part => Assert.Contains(part, answer.ErrorMessage, StringComparison.Ordinal));
    }

    /// <summary>The error by which the stream ends, after which it gives no answers.</summary>
    public static async Task<RpcException> EndAsync(this AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream, StatusCode status)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(HttpHost.Cancellation).Soon());
        Assert.True(status == error.StatusCode, error.ToString());
        return error;
    }

    public static async Task CompleteAsync(this AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream)
    {
        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(HttpHost.Cancellation).Soon());
        Assert.Equal(StatusCode.OK, stream.GetStatus().StatusCode);
    }
}
