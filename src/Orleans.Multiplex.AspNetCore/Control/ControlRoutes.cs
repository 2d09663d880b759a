using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;
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

    private static readonly Operation Load = Describe(
        "operateLoad", "Load a model", "Answers when it is resident. It pins nothing.", ErrorStatuses.OfLoad);

    private static readonly Operation Unload = Describe(
        "operateUnload", "Unload a model", "Answers when it is resident nowhere any more. The requests that use it end first. A pinned model is not unloaded.",
        [.. ErrorStatuses.OfModel, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict]);

    private static readonly Operation Pin = Describe(
        "pin", "Pin a model", "A pinned model is never evicted, and is loaded without being asked for, also elsewhere after its silo went. What would not fit is refused.",
        [.. ErrorStatuses.OfLoad, StatusCodes.Status409Conflict]);

    private static readonly Operation Unpin = Describe(
        "unpin", "Unpin a model", "The model stays until others need its room. Pins of settings hold.", [.. ErrorStatuses.OfModel, StatusCodes.Status409Conflict]);

    private static readonly Operation GetPins = new("getPins", "Operation", "The pinned models")
    {
        Answer = "Pins",
        Errors = ErrorStatuses.OfCluster,
        Examples = [new("pins", "One that an operator pinned") { Answer = """{"pins":[{"model":"1","origin":"operator","silo":"silo-1"}]}""" }],
    };

    public static void MapControl(this EndpointMap map)
    {
        MapVerb(map, "load", Load, static (client, model, token) => client.LoadAsync(model, token));
        MapVerb(map, "unload", Unload, static (client, model, token) => client.UnloadAsync(model, token));
        MapVerb(map, "pin", Pin, static (client, model, token) => client.PinAsync(model, token));
        MapVerb(map, "unpin", Unpin, static (client, model, token) => client.UnpinAsync(model, token));
        map.Map<IMultiplexClient>(HttpMethods.Get, "/multiplex/pins", Right.Read, GetPins, static async (client, context) =>
        {
            var pins = await client.GetPinsAsync(context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json =>
                WritePins(json, pins.RemoveAll(pin => !AccessGrant.Of(context).Covers(pin.Model))));
        });
    }

    private static void MapVerb(EndpointMap map, string verb, Operation operation, Func<IMultiplexClient, string, CancellationToken, Task> act) =>
        map.Map<IMultiplexClient>(HttpMethods.Post, $"/multiplex/models/{{model}}/{verb}", Right.Operate, operation, async (client, context) =>
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
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json => ResidencyJson.Write(json, report, AccessGrant.Of(context)));
        });

    private static Operation Describe(string id, string summary, string description, IReadOnlyList<int> errors) => new(id, "Operation", summary)
    {
        Description = description,
        Answer = "ModelReport",
        Errors = errors,
        Examples = [new("model-1", "Model 1") { Answer = ResidencyRoutes.ReportExample }],
    };

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
