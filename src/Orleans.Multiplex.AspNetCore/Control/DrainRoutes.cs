using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary><c>POST /multiplex/silos/{silo}/drain</c>: the silo leaves in good order. Answered when it has been told; <c>GET /multiplex/silos</c> says how far it is.</summary>
internal static class DrainRoutes
{
    private static readonly Operation Drain = new("drainSilo", "Operation", "Have a silo leave")
    {
        Description = "It takes no new models, hands those that it has over to the other silos, the most recently used ones first, finishes its requests, and ends its process. "
            + "`GET /multiplex/silos` says how far it is, until it has gone.",
        Answer = "Draining",
        Errors = [.. ErrorStatuses.OfCluster, StatusCodes.Status404NotFound],
        Examples =
        [
            new("no-such-silo", "There is no such silo")
            {
                Status = StatusCodes.Status404NotFound,
                Answer = """{"error":"The cluster has no silo 'silo-2'; there are 'silo-1'."}""",
            },
        ],
    };

    public static void MapDrain(this EndpointMap map) =>
        map.Map<IMultiplexClient>(HttpMethods.Post, "/multiplex/silos/{silo}/drain", Right.Operate, Drain, static async (client, context) =>
        {
            if (AccessGrant.Of(context).FindRefusalOfSilos() is { } refusal)
            {
                throw new RefusedException(refusal);
            }

            var silo = (string)context.GetRouteValue("silo")!;
            await client.DrainAsync(silo, context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json =>
            {
                json.WriteStartObject();
                json.WriteString("silo", silo);
                json.WriteBoolean("draining", true);
                json.WriteEndObject();
            });
        });
}
