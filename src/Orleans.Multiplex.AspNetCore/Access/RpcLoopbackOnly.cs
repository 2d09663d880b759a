using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary><see cref="LoopbackOnly"/> for the calls of the inference service: what is not listed here is for callers on the same machine.</summary>
internal sealed class RpcLoopbackOnly : Interceptor
{
    private const string Inference = "/inference.GRPCInferenceService/";

    private static readonly string[] Public = [Inference + "ModelInfer", Inference + "ServerLive", Inference + "ServerReady"];

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(continuation);
        if (!Public.Contains(context.Method))
        {
            LoopbackOnly.Check(context.GetHttpContext());
        }

        return continuation(request, context);
    }
}
