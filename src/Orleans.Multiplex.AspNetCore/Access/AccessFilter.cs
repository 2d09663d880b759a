using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.AspNetCore.Access.Pages;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Traces;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>
/// The one filter before all endpoints, HTTP and gRPC: a request that <see cref="AccessRule"/> refuses is answered before its body is read, and before
/// anything else sees it. It stands around the endpoints, not within gRPC, whose interceptors come after the first message.
/// </summary>
internal sealed class AccessFilter(AccessRule rule, RefusalLog log, TimeProvider time)
{
    /// <summary>Puts the filter before every endpoint of a group, whoever maps it. While one is there that names no right, no request is answered at all.</summary>
    public static void Guard(RouteGroupBuilder group) => ((IEndpointConventionBuilder)group).Finally(endpoint =>
    {
        var right = endpoint.Metadata.OfType<RequiredRight>().LastOrDefault()?.Right
            ?? throw new InvalidOperationException($"No right is given for the endpoint {endpoint.DisplayName}.");
        var page = endpoint.Metadata.OfType<PageEndpoint>().LastOrDefault();
        var isOfAll = endpoint.Metadata.OfType<WholeCluster>().Any();
        var surface = page is not null ? Surface.Pages : endpoint.Metadata.OfType<GrpcMethodMetadata>().Any() ? Surface.Rpc : Surface.Http;
        var answer = endpoint.RequestDelegate!;

        // Looked up on the first request: keys are checked with all settings when the application starts, which is after it is mapped.
        AccessFilter? filter = null;
        endpoint.RequestDelegate = context =>
            (filter ??= ((IEndpointRouteBuilder)group).ServiceProvider.GetRequiredService<AccessFilter>()).FilterAsync(context, right, surface, page, isOfAll, answer);
    });

    private Task FilterAsync(HttpContext context, Right right, Surface surface, PageEndpoint? page, bool isOfAll, RequestDelegate answer)
    {
        ErrorBoundary.Begin(context);
        RequestTrace.Tell(context);
        if ((rule.FindRefusal(context, right, surface, out var grant) ?? (isOfAll ? grant.FindRefusalOfSilos() : null)) is { } refusal)
        {
            log.Write(context, refusal);
            return RefuseAsync(context, refusal, surface, page);
        }

        context.Features.Set(grant);
        return page is null ? answer(context) : AnswerPageAsync(context, grant, answer);
    }

    private static Task RefuseAsync(HttpContext context, Refusal refusal, Surface surface, PageEndpoint? page)
    {
        if (page is not null && refusal.Reason is RefusalReason.NoKey or RefusalReason.WrongKey or RefusalReason.NoRight && IsNavigation(context.Request))
        {
            context.Response.Redirect($"{context.Request.PathBase}{page.SignIn}");
            return Task.CompletedTask;
        }

        return surface == Surface.Rpc && IsGrpc(context.Request)
            ? RpcErrorResponse.WriteAsync(context.Response, RpcErrors.Find(new RefusedException(refusal))!)
            : ErrorResponse.WriteAsync(context, ErrorMapping.Find(new RefusedException(refusal))!);
    }

    // A page goes on over a connection that lasts, and no longer than what its reader signed in with.
    private async Task AnswerPageAsync(HttpContext context, AccessGrant grant, RequestDelegate answer)
    {
        context.User = new GrantPrincipal(grant);
        await using var end = grant.Until is { } until
            ? time.CreateTimer(static state => ((HttpContext)state!).Abort(), context, until - time.GetUtcNow(), Timeout.InfiniteTimeSpan)
            : null;
        await answer(context);
    }

    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);
}
