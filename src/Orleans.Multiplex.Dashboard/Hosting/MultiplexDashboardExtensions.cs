using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Access.Pages;
using Orleans.Multiplex.Dashboard;
using Orleans.Multiplex.Dashboard.Hosting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the dashboard.</summary>
public static class MultiplexDashboardExtensions
{
    private const string Security =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    /// <summary>
    /// Maps the operator's pages: what each silo holds, what happened and why, and buttons to load, unload, pin and drain. Who may see and do what follows from the same settings as for the
    /// HTTP endpoints (<c>Multiplex:ApiKeys</c>); a browser signs in with a key. Everything that browsers need comes from here. Orleans' own dashboard is mapped below, at <c>/orleans</c>.
    /// Nothing is mapped where <c>Multiplex:Dashboard:Enabled</c> is false.
    /// </summary>
    /// <param name="endpoints">The application, with <c>AddMultiplexHttp()</c> in its services and <c>AddMultiplexDashboard()</c> on its silo.</param>
    /// <param name="path">The path below which the pages are: a slash and what follows.</param>
    /// <exception cref="ArgumentException">The path is none.</exception>
    public static IEndpointConventionBuilder MapMultiplexDashboard(this IEndpointRouteBuilder endpoints, string path = "/dashboard")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        if (path is not ['/', _, ..] || path.EndsWith('/'))
        {
            throw new ArgumentException($"'{path}' is no path for the dashboard: it begins with a slash, has something behind it, and does not end with one.", nameof(path));
        }

        var group = endpoints.MapGroup(path);
        if (!DashboardSettings.Read(endpoints.ServiceProvider.GetRequiredService<IConfiguration>()).Enabled)
        {
            return group;
        }

        AccessFilter.Guard(group);
        var pages = group.MapGroup("");
        ((IEndpointConventionBuilder)pages).Finally(endpoint => Prepare(endpoint, path));
        pages.WithMetadata(new PageEndpoint($"{path}/{SignIn.Page}"));
        pages.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(static options => options.ContentSecurityFrameAncestorsPolicy = null)
            .Add(static endpoint =>
            {
                endpoint.Metadata.Add(new RequiredRight(endpoint.Metadata.OfType<OpenAttribute>().Any() ? Right.Document : Right.Read));
                endpoint.Metadata.Add(new OwnPattern(((RouteEndpointBuilder)endpoint).RoutePattern));
            });
        pages.MapPost("/session", SignIn.BeginAsync).RequireRight(Right.Document);
        pages.MapPost("/session/end", SignIn.EndAsync).RequireRight(Right.Document);
        foreach (var file in CarriedFiles.All)
        {
            pages.MapGet($"/{file.Path}", file.AnswerAsync).RequireRight(Right.Document);
        }

        OrleansDashboard.Map(pages);
        return group;
    }

    private static void Prepare(EndpointBuilder endpoint, string path)
    {
        var answer = endpoint.RequestDelegate!;

        // Pages check forms by themselves; with the metadata, routing would ask the application for a middleware that does.
        foreach (var metadata in endpoint.Metadata.OfType<IAntiforgeryMetadata>().ToList())
        {
            endpoint.Metadata.Remove(metadata);
        }

        if (endpoint.Metadata.OfType<OwnPattern>().LastOrDefault() is { } own)
        {
            answer = own.Before(answer);
        }

        endpoint.RequestDelegate = context =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Security;
            headers["Referrer-Policy"] = "same-origin";
            if (context.Request.Path.StartsWithSegments(path, out var matched, out var rest))
            {
                context.Request.PathBase += matched;
                context.Request.Path = rest;
            }

            return answer(context);
        };
    }
}
