using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary>
/// <c>POST /multiplex/models/{model}/load</c>, <c>unload</c>, <c>pin</c> and <c>unpin</c>, each answered with where the model then is; and
/// <c>GET /multiplex/pins</c>.
/// </summary>
internal static class ControlRoutes
{
    /// <summary>What can be done with a model.</summary>
    public static IReadOnlyCollection<string> Verbs { get; } = ["load", "unload", "pin", "unpin"];

    public static void MapControl(this EndpointMap map)
    {
        MapVerb(map, "load", static (client, model, token) => client.LoadAsync(model, token));
        MapVerb(map, "unload", static (client, model, token) => client.UnloadAsync(model, token));
        MapVerb(map, "pin", static (client, model, token) => client.PinAsync(model, token));
        MapVerb(map, "unpin", static (client, model, token) => client.UnpinAsync(model, token));
        map.Map<IMultiplexClient>(HttpMethods.Get, "/multiplex/pins", Right.Read, static async (client, context) =>
        {
            var pins = await client.GetPinsAsync(context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json =>
                WritePins(json, pins.RemoveAll(pin => !AccessGrant.Of(context).Covers(pin.Model))));
        });
    }

    private static void MapVerb(EndpointMap map, string verb, Func<IMultiplexClient, string, CancellationToken, Task> act) =>
        map.Map<IMultiplexClient>(HttpMethods.Post, $"/multiplex/models/{{model}}/{verb}", Right.Operate, async (client, context) =>
        {
            var model = ModelRoute.Read(context).ToString();
            try
            {
                await act(client, model, context.RequestAborted);
            }
            catch (PinRefusedException refused) when (PinRefusal.Limit(refused, AccessGrant.Of(context)) is { } limited)
            {
                throw limited;
            }

            var report = await client.GetModelAsync(model, context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json => ResidencyJson.Write(json, report));
        });

    private static void WritePins(Utf8JsonWriter json, IEnumerable<PinReport> pins)
    {
        json.WriteStartObject();
        json.WriteStartArray("pins");
        foreach (var pin in pins)
        {
            json.WriteStartObject();
            json.WriteString("model", pin.Model);
            json.WriteString("origin", JsonNamingPolicy.CamelCase.ConvertName(pin.Origin.ToString()));
            json.WriteString("silo", pin.Silo);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
