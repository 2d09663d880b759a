using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.Hosting;

/// <summary>
/// Maps endpoints that all answer faults alike: other verbs with 405, errors by <see cref="ErrorBoundary"/>. <see cref="AccessFilter"/> stands before all of
/// the group's endpoints.
/// </summary>
internal sealed class EndpointMap
{
    private readonly RouteGroupBuilder _group;
    private readonly IServiceProvider _services;
    private readonly ErrorBoundary _boundary;

    public EndpointMap(RouteGroupBuilder group)
    {
        _group = group;
        _services = ((IEndpointRouteBuilder)group).ServiceProvider;
        _boundary = _services.GetRequiredService<ErrorBoundary>();
        AccessFilter.Guard(group);
    }

    /// <summary>Maps an endpoint.</summary>
    /// <param name="verb">The verb that it answers; others get 405.</param>
    /// <param name="pattern">Its path.</param>
    /// <param name="right">What its caller must be allowed to.</param>
    /// <param name="operation">What the OpenAPI document says of it.</param>
    /// <param name="handler">Answers.</param>
    /// <param name="isElsewhere">Whether a request with another verb is meant for another path, whose model is not written as it must be.</param>
    public void Map(
        string verb, string pattern, Right right, Operation operation, RequestDelegate handler, Func<HttpContext, bool>? isElsewhere = null)
    {
        _group.MapMethods(pattern, [verb], context => _boundary.RunAsync(context, pattern, handler)).RequireRight(right).WithMetadata(operation);

        // A later order: an application may answer other verbs of the same path itself.
        _group.Map(pattern, context => _boundary.RunAsync(context, pattern, _ => isElsewhere?.Invoke(context) == true ? UnknownAsync(context) : WrongVerbAsync(context, verb)))
            .RequireRight(Right.Probe).WithOrder(1);
    }

    /// <summary>
    /// Maps an endpoint that a singleton service answers. It is looked up on the first request: settings are checked, all together, when the
    /// application starts, which is after it is mapped. And only then, since a request that asks for services has a scope made for it.
    /// </summary>
    public void Map<TService>(
        string verb, string pattern, Right right, Operation operation, Func<TService, HttpContext, Task> handler, Func<HttpContext, bool>? isElsewhere = null)
        where TService : class
    {
        TService? service = null;
        Map(verb, pattern, right, operation, context => handler(service ??= _services.GetRequiredService<TService>(), context), isElsewhere);
    }

    /// <summary>Answers with 404 what no other endpoint answers.</summary>
    public void MapUnknown(string pattern) =>
        _group.Map(pattern, context => _boundary.RunAsync(context, pattern, UnknownAsync))
            .RequireRight(Right.Probe).WithOrder(int.MaxValue);

    private static Task UnknownAsync(HttpContext context) => ErrorResponse.WriteAsync(
        context, new ErrorReport(StatusCodes.Status404NotFound, "There is nothing at this path. Within a model's id, a slash is written as %2F."));

    private static Task WrongVerbAsync(HttpContext context, string verb)
    {
        context.Response.Headers.Allow = verb;
        return ErrorResponse.WriteAsync(
            context, new ErrorReport(StatusCodes.Status405MethodNotAllowed, $"This path answers {verb} requests only."));
    }
}
