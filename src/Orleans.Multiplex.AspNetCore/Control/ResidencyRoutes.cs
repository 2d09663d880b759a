using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary><c>GET /multiplex/silos</c> and <c>GET /multiplex/models/{model}</c>: what is where, and why. Reading changes nothing.</summary>
internal static class ResidencyRoutes
{
    public static void MapResidency(this EndpointMap map)
    {
        map.Map<IMultiplexClient>(HttpMethods.Get, "/multiplex/silos", Right.Read, static async (client, context) =>
        {
            var grant = AccessGrant.Of(context);
            var silos = await client.GetSilosAsync(context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, (json, flush) => ResidencyJson.WriteAsync(json, silos, grant.Covers, flush));
        });
        map.Map<IMultiplexClient>(HttpMethods.Get, "/multiplex/models/{**model}", Right.Read, static async (client, context) =>
        {
            var report = await client.GetModelAsync(ModelRoute.Read(context).ToString(), context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json => ResidencyJson.Write(json, report));
        }, IsVerb);
    }

    // This path takes the slashes of an id as they are, those of the verbs do not.
    private static bool IsVerb(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method)
        && context.GetRouteValue("model") is string path
        && ControlRoutes.Verbs.Contains(path[(path.LastIndexOf('/') + 1)..]);
}
