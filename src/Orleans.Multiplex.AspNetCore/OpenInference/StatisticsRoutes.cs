using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// What was counted: <c>GET /v2/models/stats</c> of all models, <c>GET /v2/models/{model}[/versions/{version}]/stats</c> of one. The first
/// is the protocol's own, also where a model's id is <c>stats</c>.
/// </summary>
internal static class StatisticsRoutes
{
    public static void MapStatistics(this EndpointMap map)
    {
        map.Map<IMultiplexClient>(
            HttpMethods.Get, "/v2/models/stats", Right.Read, static (client, context) => WriteAsync(client, context, model: null));
        map.Map<IMultiplexClient>(HttpMethods.Get, "/v2/models/{model}/stats", Right.Read, WriteModelAsync);
        map.Map<IMultiplexClient>(HttpMethods.Get, "/v2/models/{model}/versions/{version}/stats", Right.Read, WriteModelAsync);
    }

    private static Task WriteModelAsync(IMultiplexClient client, HttpContext context) =>
        WriteAsync(client, context, ModelRoute.Read(context).ToString());

    private static async Task WriteAsync(IMultiplexClient client, HttpContext context, string? model)
    {
        var statistics = await client.GetStatisticsAsync(model, context.RequestAborted);
        var grant = AccessGrant.Of(context);
        await JsonBody.WriteAsync(context, StatusCodes.Status200OK, (json, flush) =>
            StatisticsJson.WriteAsync(json, statistics.Where(one => grant.Covers(one.Model)), flush));
    }
}
