using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Traces;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>
/// The one filter before all endpoints, HTTP and gRPC: a request that <see cref="AccessRule"/> refuses is answered before its body is read, and before
/// anything else sees it. It stands around the endpoints, not within gRPC, whose interceptors come after the first message.
/// </summary>
internal sealed class AccessFilter(AccessRule rule, RefusalLog log)
{
    /// <summary>Puts the filter before every endpoint of a group, whoever maps it. While one is there that names no right, no request is answered at all.</summary>
    public static void Guard(RouteGroupBuilder group) => ((IEndpointConventionBuilder)group).Finally(endpoint =>
    {
        var right = endpoint.Metadata.OfType<RequiredRight>().LastOrDefault()?.Right
            ?? throw new InvalidOperationException($"No right is given for the endpoint {endpoint.DisplayName}.");
        var isRpc = endpoint.Metadata.OfType<GrpcMethodMetadata>().Any();
        var answer = endpoint.RequestDelegate!;

        // Looked up on the first request: keys are checked with all settings when the application starts, which is after it is mapped.
        AccessFilter? filter = null;
        endpoint.RequestDelegate = context =>
            (filter ??= ((IEndpointRouteBuilder)group).ServiceProvider.GetRequiredService<AccessFilter>()).FilterAsync(context, right, isRpc, answer);
    });

    private Task FilterAsync(HttpContext context, Right right, bool isRpc, RequestDelegate answer)
    {
        ErrorBoundary.Begin(context);
        RequestTrace.Tell(context);
        if (rule.FindRefusal(context, right, isRpc, out var grant) is { } refusal)
        {
            log.Write(context, refusal);
            return isRpc && IsGrpc(context.Request)
                ? RpcErrorResponse.WriteAsync(context.Response, RpcErrors.Find(new RefusedException(refusal))!)
                : ErrorResponse.WriteAsync(context, ErrorMapping.Find(new RefusedException(refusal))!);
        }

        context.Features.Set(grant);
        return answer(context);
    }

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);
}
