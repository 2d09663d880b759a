using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary>Writes what silos have counted. What is not known is null.</summary>
internal static class FiguresJson
{
    /// <summary>Writes how a silo does.</summary>
    public static void Write(Utf8JsonWriter json, string property, SiloFigures figures)
    {
        json.WriteStartObject(property);
        json.WriteString("version", figures.Version);
        json.WriteNumber("uptimeSeconds", Math.Round(figures.Uptime.TotalSeconds));
        json.WriteNumber("hits", figures.Hits);
        json.WriteNumber("coldStarts", figures.ColdStarts);
        WriteRatio(json, "hitRatio", figures.HitRatio);
        json.WriteNumber("failed", figures.Failed);
        json.WriteNumber("refused", figures.Refused);
        json.WriteNumber("loaded", figures.Loaded);
        json.WriteNumber("loadsFailed", figures.LoadsFailed);
        json.WriteNumber("evicted", figures.Evicted);
        json.WriteNumber("requestsPerSecond", Math.Round(figures.RequestsPerSecond, 2));
        json.WriteNumber("evictionsPerSecond", Math.Round(figures.EvictionsPerSecond, 2));
        json.WriteSeconds("p50Seconds", figures.P50);
        json.WriteSeconds("p99Seconds", figures.P99);
        json.WriteNumber("loading", figures.Loading);
        json.WriteNumber("queued", figures.Queued);
        json.WriteEndObject();
    }

    /// <summary>Writes what silos counted of late.</summary>
    public static void Write(Utf8JsonWriter json, ImmutableArray<SiloHistory> silos)
    {
        json.WriteStartObject();
        json.WriteSeconds("slotSeconds", SiloHistory.SlotLength);
        json.WriteStartArray("silos");
        foreach (var silo in silos)
        {
            json.WriteStartObject();
            json.WriteString("silo", silo.Silo);
            json.WriteStartArray("slots");
            foreach (var slot in silo.Slots)
            {
                Write(json, slot);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes where the time of a model's last requests went.</summary>
    public static void Write(Utf8JsonWriter json, ModelLatency latency)
    {
        json.WriteString("silo", latency.Silo);
        json.WriteNumber("version", latency.Version);
        json.WriteNumber("requests", latency.Requests);
        Write(json, "load", latency.Load);
        Write(json, "queue", latency.Queue);
        Write(json, "run", latency.Run);
        Write(json, "total", latency.Total);
    }

    private static void Write(Utf8JsonWriter json, HistorySlot slot)
    {
        json.WriteStartObject();
        json.WriteNumber("hits", slot.Hits);
        json.WriteNumber("coldStarts", slot.ColdStarts);
        json.WriteNumber("failed", slot.Failed);
        json.WriteNumber("refused", slot.Refused);
        json.WriteNumber("loaded", slot.Loaded);
        json.WriteNumber("loadsFailed", slot.LoadsFailed);
        json.WriteNumber("evicted", slot.Evicted);
        json.WriteSeconds("p50Seconds", slot.P50);
        json.WriteSeconds("p99Seconds", slot.P99);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string phase, PhaseTimes times)
    {
        json.WriteStartObject(phase);
        json.WriteSeconds("meanSeconds", times.Mean);
        json.WriteSeconds("p50Seconds", times.P50);
        json.WriteSeconds("p99Seconds", times.P99);
        json.WriteEndObject();
    }

    private static void WriteRatio(Utf8JsonWriter json, string property, double? ratio)
    {
        if (ratio is { } known)
        {
            json.WriteNumber(property, Math.Round(known, 6));
        }
        else
        {
            json.WriteNull(property);
        }
    }
}
