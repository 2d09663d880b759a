using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Hosting;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// The protocol's model repository: <c>POST /v2/repository/index</c>, and <c>/v2/repository/models/{model}/load</c> and <c>/unload</c>, whose
/// answers are empty.
/// </summary>
internal static class RepositoryRoutes
{
    /// <summary>The query parameters by which a client asks for a part of the index, and the header that names the model to go on after.</summary>
    public const string LimitParameter = "limit";
    public const string AfterParameter = "after";
    public const string NextHeader = "x-multiplex-next";

    public static void MapRepository(this EndpointMap map)
    {
        map.Map<RepositoryEndpoint>(HttpMethods.Post, "/v2/repository/index", Right.Read, static (endpoint, context) =>
            endpoint.ListAsync(context, ReadLimit(context), context.Request.Query[AfterParameter] is [{ } after] ? after : null));
        map.Map<RepositoryEndpoint>(HttpMethods.Post, "/v2/repository/models/{model}/load", Right.Operate, static (endpoint, context) =>
            endpoint.LoadAsync(context, ModelRoute.Read(context)));
        map.Map<RepositoryEndpoint>(HttpMethods.Post, "/v2/repository/models/{model}/unload", Right.Operate, static (endpoint, context) =>
            endpoint.UnloadAsync(context, ModelRoute.Read(context)));
    }

    private static int? ReadLimit(HttpContext context)
    {
        var text = context.Request.Query[LimitParameter];
        return text.Count == 0 ? null
            : int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= RepositoryEndpoint.MostPerPart ? limit
            : throw new InvalidInputException("", "", $"The query parameter {LimitParameter} is a number from 1 to {RepositoryEndpoint.MostPerPart}.");
    }
}
