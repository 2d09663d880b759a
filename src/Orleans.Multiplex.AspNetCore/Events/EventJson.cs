using System.Text.Json;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.Events;

/// <summary>Writes events. What an event has nothing of is left out.</summary>
internal static class EventJson
{
    /// <summary>A kind as JSON and parameters name it.</summary>
    public static string NameOf(ClusterEventKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    public static void Write(Utf8JsonWriter json, ClusterEvent one)
    {
        json.WriteStartObject();
        json.WriteString("at", one.At);
        json.WriteString("kind", NameOf(one.Kind));
        json.WriteString("silo", one.Silo);
        json.WriteNumber("sequence", one.Sequence);
        if (one.Model is { } model)
        {
            json.WriteString("pool", one.Pool);
            json.WriteString("model", model);
            json.WriteNumber("version", one.Version);
        }

        if (one.Reason.Length > 0)
        {
            json.WriteString("reason", one.Reason);
        }

        json.WriteString("message", one.Message);
        json.WriteNumber("count", one.Count);
        if (one.Took is { } took)
        {
            json.WriteSeconds("tookSeconds", took);
        }

        if (one.Bytes is { } bytes)
        {
            json.WriteNumber("bytes", bytes);
        }

        if (one.For is { } other)
        {
            json.WriteString("for", other);
        }

        json.WriteEndObject();
    }
}
