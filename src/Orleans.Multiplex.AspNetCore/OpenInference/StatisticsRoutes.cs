using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// What was counted: <c>GET /v2/models/stats</c> of all models, <c>GET /v2/models/{model}[/versions/{version}]/stats</c> of one. The first
/// is the protocol's own, also where a model's id is <c>stats</c>.
/// </summary>
internal static class StatisticsRoutes
{
    private static readonly Operation GetAll = new("getStatistics", "Statistics", "What was counted of all models")
    {
        Description = "At most 10,000, those that ran last; none that never ran.",
        Answer = "Statistics",
        Errors = ErrorStatuses.OfCluster,
        Examples = [OfModel],
    };

    private static readonly Operation GetModel = new("getModelStatistics", "Statistics", "What was counted of a model")
    {
        Answer = "Statistics",
        Errors = ModelRoute.Errors,
        Examples = [OfModel],
    };

    private static Example OfModel => new("model-1", "Model 1, run twice with one row")
    {
        Answer = """
            {"model_stats":[{"name":"1","version":"1","last_inference":1767225600123,"inference_count":2,"execution_count":2,
            "inference_stats":{"success":{"count":2,"ns":2300000},"fail":{"count":0,"ns":0},"queue":{"count":2,"ns":40000},
            "compute_input":{"count":2,"ns":20000},"compute_infer":{"count":2,"ns":180000},"compute_output":{"count":2,"ns":15000},
            "cache_hit":{"count":0,"ns":0},"cache_miss":{"count":0,"ns":0}},"response_stats":{},
            "batch_stats":[{"batch_size":1,"compute_input":{"count":2,"ns":20000},"compute_infer":{"count":2,"ns":180000},"compute_output":{"count":2,"ns":15000}}],
            "memory_usage":[{"type":"CPU","id":0,"byte_size":44036}]}]}
            """,
    };

    public static void MapStatistics(this EndpointMap map)
    {
        map.Map<IMultiplexClient>(
            HttpMethods.Get, "/v2/models/stats", Right.Read, GetAll, static (client, context) => WriteAsync(client, context, model: null));
        map.Map<IMultiplexClient>(HttpMethods.Get, "/v2/models/{model}/stats", Right.Read, GetModel, WriteModelAsync);
        map.Map<IMultiplexClient>(HttpMethods.Get, "/v2/models/{model}/versions/{version}/stats", Right.Read, GetModel, WriteModelAsync);
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
