using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Orleans.Multiplex.Dashboard.Hosting;

/// <summary>
/// The pattern that a page gives itself, without that of the group in which it is mapped. Blazor's router, when it renders a page on the server, looks for it by the pattern of the endpoint, and knows
/// nothing of groups. And what comes after sees the dashboard as an application of its own: links, the base of pages, the paths of cookies.
/// </summary>
/// <param name="pattern">The pattern.</param>
internal sealed class OwnPattern(RoutePattern pattern)
{
    private RouteEndpoint? _endpoint;

    /// <summary>The endpoint's answer, for a request that is made to look so.</summary>
    public RequestDelegate Before(RequestDelegate answer) => context =>
    {
        if (context.GetEndpoint() is RouteEndpoint mapped)
        {
            context.SetEndpoint(_endpoint ??= new RouteEndpoint(answer, pattern, mapped.Order, mapped.Metadata, mapped.DisplayName));
        }

        return answer(context);
    };
}
