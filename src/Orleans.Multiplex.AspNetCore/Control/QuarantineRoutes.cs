using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary>
/// <c>GET /multiplex/quarantine</c>: the versions that no silo opens, since one ended while it was opening them; and <c>DELETE /multiplex/quarantine/{model}</c>,
/// answered with what was quarantined.
/// </summary>
internal static class QuarantineRoutes
{
    private static readonly Operation GetQuarantine = new("getQuarantine", "Operation", "The quarantined versions of models")
    {
        Description = "A version that a silo was opening when it ended is opened by none any more: it is refused with 422 until its files change in the store, or it is cleared.",
        Answer = "Quarantine",
        Errors = ErrorStatuses.OfCluster,
        Examples =
        [
            new("quarantine", "One that ended a silo")
            {
                Answer = """
                    {"quarantine":[{"model":"1","version":1,"silo":"silo-1","at":"2026-01-01T12:00:00+00:00",
                    "reason":"silo 'silo-1' ended while it was opening version 1, at 2026-01-01 12:00:00Z. It is quarantined: no silo opens it until its files change in the store, or an operator clears it with DELETE /multiplex/quarantine/1@1."}]}
                    """,
            },
        ],
    };

    private static readonly Operation ClearQuarantine = new("clearQuarantine", "Operation", "Clear the quarantine of a model")
    {
        Description = "The next request for it opens it again, at once. Without a version, all versions of the model are cleared. Here a `/` within the id may stand as it is.",
        Answer = "Quarantine",
        Errors = [.. ErrorStatuses.OfModel, StatusCodes.Status404NotFound],
        Examples =
        [
            new("not-quarantined", "One that is not quarantined")
            {
                Status = StatusCodes.Status404NotFound,
                Answer = """{"error":"No version of model '1' is quarantined."}""",
            },
        ],
    };

    public static void MapQuarantine(this EndpointMap map)
    {
        map.Map<IMultiplexClient>(HttpMethods.Get, "/multiplex/quarantine", Right.Read, GetQuarantine, static async (client, context) =>
        {
            var entries = await client.GetQuarantineAsync(context.RequestAborted);
            await WriteAsync(context, entries.RemoveAll(entry => !AccessGrant.Of(context).Covers(entry.Model)));
        });
        map.Map<IMultiplexClient>(HttpMethods.Delete, "/multiplex/quarantine/{**model}", Right.Operate, ClearQuarantine, static async (client, context) =>
            await WriteAsync(context, await client.ClearQuarantineAsync(ModelRoute.Read(context).ToString(), context.RequestAborted)));
    }

    private static Task WriteAsync(HttpContext context, IEnumerable<QuarantineReport> entries) =>
        JsonBody.WriteAsync(context, StatusCodes.Status200OK, json => Write(json, entries));

    private static void Write(Utf8JsonWriter json, IEnumerable<QuarantineReport> entries)
    {
        json.WriteStartObject();
        json.WriteStartArray("quarantine");
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("model", entry.Model);
            json.WriteNumber("version", entry.Version);
            json.WriteString("silo", entry.Silo);
            json.WriteString("at", entry.At);
            json.WriteString("reason", entry.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
