using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
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
            var json = document.Json;
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
            options.OpenApiRoutePattern = document;
            options.DynamicBaseServerUrl = true;
            options.Nonce = RandomNumberGenerator.GetHexString(32);
            options.HideClientButton = true;
            options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
            options.DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp();
            context.Response.Headers.ContentSecurityPolicy =
                $"default-src 'self'; script-src 'self' 'nonce-{options.Nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'none'; form-action 'none'; base-uri 'none'";
        }).RequireRight(Right.Document);
}
