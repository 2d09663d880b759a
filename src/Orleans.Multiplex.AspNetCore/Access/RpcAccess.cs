using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary><see cref="AccessRule"/> for the calls of the inference service. A call that is not listed is for operators.</summary>
internal sealed class RpcAccess : Interceptor
{
    /// <summary>The rights that the calls of the inference service need, by their names.</summary>
    public static readonly IReadOnlyDictionary<string, Right> Rights = new Dictionary<string, Right>(StringComparer.Ordinal)
    {
        ["ServerLive"] = Right.Probe,
        ["ServerReady"] = Right.Probe,
        ["ModelInfer"] = Right.Infer,
        ["ModelStreamInfer"] = Right.Infer,
        ["ModelReady"] = Right.Read,
        ["ServerMetadata"] = Right.Read,
        ["ModelMetadata"] = Right.Read,
        ["ModelConfig"] = Right.Read,
        ["ModelStatistics"] = Right.Read,
        ["RepositoryIndex"] = Right.Read,
        ["RepositoryModelLoad"] = Right.Operate,
        ["RepositoryModelUnload"] = Right.Operate,
    };

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(continuation);
        Check(context);
        return continuation(request, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(continuation);
        Check(context);
        return continuation(requestStream, responseStream, context);
    }

    private static void Check(ServerCallContext context)
    {
        var call = context.Method[(context.Method.LastIndexOf('/') + 1)..];
        AccessRule.Check(context.GetHttpContext(), Rights.GetValueOrDefault(call, Right.Operate));
    }
}
