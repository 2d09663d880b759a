using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Hosting;
using Scalar.AspNetCore;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>The OpenAPI document, and the page that shows it and sends requests.</summary>
internal static class DocumentRoutes
{
    private static readonly Operation GetDocument = new("getDocument", "Server", "This document")
    {
        Answer = "",
    };

    public static void MapDocument(this EndpointMap map, string pattern) =>
        map.Map<ProtocolDocument>(HttpMethods.Get, pattern, Right.Document, GetDocument, static async (document, context) =>
        {
            var json = document.At(context.Request.PathBase);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = json.Length;
            await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted);
        });

    /// <summary>
    /// Maps the page. All that it needs comes from the package, and by its content security policy the browser lets it load and ask nothing but
    /// this server, whatever its script has in it. No other site may frame it.
    /// </summary>
    public static void MapPage(this RouteGroupBuilder group, string prefix, string document) =>
        group.MapScalarApiReference(prefix, (options, context) =>
        {
            options.Title = "Orleans.Multiplex";
            options.OpenApiRoutePattern = $"{GroupPathOf(context, prefix)}/{document.TrimStart('/')}";

            // The server is that of the document, which has the path base; this would put it before that once more.
            options.DynamicBaseServerUrl = false;
            options.Nonce = RandomNumberGenerator.GetHexString(32);
            options.HideClientButton = true;
            options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
            options.DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp();
            context.Response.Headers.ContentSecurityPolicy =
                $"default-src 'self'; script-src 'self' 'nonce-{options.Nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'none'; form-action 'none'; base-uri 'none'";
        }).RequireRight(Right.Document);

    // The path of the group in which the page is mapped, as the request has it: the document is mapped in the same one.
    private static string GroupPathOf(HttpContext context, string page)
    {
        var pattern = ((RouteEndpoint)context.GetEndpoint()!).RoutePattern;
        var own = RoutePatternFactory.Parse(page).PathSegments.Count + 1; // and the name of a document, which may be missing
        var path = context.Request.Path.ToUriComponent().Split('/', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(path.Take(pattern.PathSegments.Count - own).Select(static segment => $"/{segment}"));
    }
}
