using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.AspNetCore.Errors;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>The model that a path names.</summary>
internal static class ModelRoute
{
    /// <summary>Reads the route values <c>model</c> and, where there is one, <c>version</c>.</summary>
    /// <exception cref="InvalidModelIdException">They are no model id, or no version.</exception>
    public static ModelKey Read(HttpContext context)
    {
        // A slash within the id comes percent-encoded, and is the one character that the server leaves so.
        var model = ((string?)context.GetRouteValue("model") ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var key = Read(model, (string?)context.GetRouteValue("version"));
        ErrorBoundary.SetModel(context, key.ToString());
        return key;
    }

    /// <summary>The key of a model and, unless it is null, the version given beside it.</summary>
    /// <exception cref="InvalidModelIdException">They are no model id, or no version.</exception>
    public static ModelKey Read(string model, string? version)
    {
        var key = ModelKey.Parse(model);
        if (version is null)
        {
            return key;
        }

        return key.Version is null && ModelKey.TryParseVersion(version, out var number)
            ? ModelKey.Create(key.Id, number)
            : throw new InvalidModelIdException(
                $"{model}/versions/{version}", "a version is a positive number without leading zeros, given once.");
    }
}
