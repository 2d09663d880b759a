using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary><c>GET /multiplex/silos</c> and <c>GET /multiplex/models/{model}</c>: what is where, and why. Reading changes nothing.</summary>
internal static class ResidencyRoutes
{
    public static void MapResidency(this EndpointMap map)
    {
        var client = map.Get<IMultiplexClient>();
        map.MapLocal(HttpMethods.Get, "/multiplex/silos", async context =>
        {
            var silos = await client.GetSilosAsync(context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json => ResidencyJson.Write(json, silos));
        });
        map.MapLocal(HttpMethods.Get, "/multiplex/models/{**model}", async context =>
        {
            var report = await client.GetModelAsync(ModelRoute.Read(context).ToString(), context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json => ResidencyJson.Write(json, report));
        });
    }
}
