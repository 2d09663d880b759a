using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>The model that a path names.</summary>
internal static class ModelRoute
{
    /// <summary>The errors of reading about a model, for the OpenAPI document.</summary>
    public static IReadOnlyList<int> Errors { get; } = [.. ErrorStatuses.OfModel, StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity];

    /// <summary>Reads the route values <c>model</c> and, where there is one, <c>version</c>.</summary>
    /// <exception cref="InvalidModelIdException">They are no model id, or no version.</exception>
    /// <exception cref="RefusedException">The caller may not ask for this model.</exception>
    public static ModelKey Read(HttpContext context)
    {
        // A slash within the id comes percent-encoded, and is the one character that the server leaves so.
        var model = ((string?)context.GetRouteValue("model") ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return RequestModel.Admit(context, model, (string?)context.GetRouteValue("version"));
    }
}
