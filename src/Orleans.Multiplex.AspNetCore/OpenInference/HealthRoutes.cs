using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary><c>GET /v2/health/live</c>: the process answers. <c>GET /v2/health/ready</c>: it can have models answered.</summary>
internal static class HealthRoutes
{
    private static readonly Operation GetLive = new("isServerLive", "Server", "Whether the server runs")
    {
        Answer = "ServerLive",
        Examples = [new("live", "It runs") { Answer = """{"live":true}""" }],
    };

    private static readonly Operation GetReady = new("isServerReady", "Server", "Whether the server can have models answered")
    {
        Answer = "ServerReady",
        AnswersWhenUnavailable = true,
        Errors = [StatusCodes.Status503ServiceUnavailable],
        Examples = [new("ready", "It can") { Answer = """{"ready":true}""" }],
    };

    public static void MapHealth(this EndpointMap map)
    {
        map.Map(HttpMethods.Get, "/v2/health/live", Right.Probe, GetLive, static context => WriteAsync(context, "live", fault: null));
        map.Map<ReadinessProbe>(HttpMethods.Get, "/v2/health/ready", Right.Probe, GetReady, static async (probe, context) =>
            await WriteAsync(context, "ready", await probe.FindFaultAsync(context.RequestAborted)));
    }

    private static Task WriteAsync(HttpContext context, string property, string? fault) =>
        JsonBody.WriteAsync(context, fault is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean(property, fault is null);
            if (fault is not null)
            {
                json.WriteString("error", fault);
            }

            json.WriteEndObject();
        });
}
