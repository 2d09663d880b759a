using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.AspNetCore.Errors;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>
/// The one way from the text in a request to the model that it names: whoever comes by it has been checked for the model. Where the text
/// comes from (path, header, message) is the callers' part.
/// </summary>
internal static class RequestModel
{
    /// <summary>Reads a model and, unless it is null, the version given beside it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="model">The text; empty where the request names none.</param>
    /// <param name="version">The version.</param>
    /// <param name="remedy">What to do where it names none.</param>
    /// <exception cref="InvalidModelIdException">They are no model id, or no version.</exception>
    /// <exception cref="RefusedException">The caller's key is not for this model, whether it exists or not; or a stream is at its key's rate.</exception>
    public static ModelKey Admit(HttpContext context, string model, string? version = null, string remedy = "name the model.")
    {
        var grant = AccessGrant.Of(context);
        Check(context, grant.CountModel());
        var key = model.Length > 0 ? Parse(model, version) : throw new InvalidModelIdException(model, remedy);
        ErrorBoundary.SetModel(context, key.ToString());
        Check(context, grant.FindRefusal(key));
        return key;
    }

    private static ModelKey Parse(string model, string? version)
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

    private static void Check(HttpContext context, Refusal? refusal)
    {
        if (refusal is not null)
        {
            context.RequestServices.GetRequiredService<RefusalLog>().Write(context, refusal);
            throw new RefusedException(refusal);
        }
    }
}
