using System.Text.Json;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Events;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary>
/// Writes the reports on residency. Names in camel case; bytes as numbers; durations in seconds, with <c>Seconds</c> at the end of the
/// name; states as text; what is not known is null, and <c>cache</c>, <c>drain</c>, <c>figures</c>, <c>batchSize</c>, <c>fetch</c> and <c>newer</c> left out where there is none, as nearly everywhere.
/// </summary>
internal static class ResidencyJson
{
    /// <summary>Writes what the silos hold: of their models those that the reader may know of.</summary>
    public static async Task WriteAsync(Utf8JsonWriter json, IEnumerable<SiloResidency> silos, Func<string, bool> mayKnow, Func<ValueTask> flush)
    {
        json.WriteStartObject();
        json.WriteStartArray("silos");
        foreach (var silo in silos)
        {
            json.WriteStartObject();
            json.WriteString("silo", silo.Silo);
            json.WriteString("address", silo.Address);
            json.WriteNumber("maxBytes", silo.MaxBytes);
            json.WriteNumber("chargedBytes", silo.ChargedBytes);
            json.WriteNumber("maxMappedBytes", silo.MaxMappedBytes);
            json.WriteNumber("chargedMappedBytes", silo.ChargedMappedBytes);
            json.WriteNumber("utilisation", Math.Round(silo.Utilisation, 3));
            json.WriteBoolean("draining", silo.IsDraining);
            if (silo.Drain is { } drain)
            {
                json.WriteStartObject("drain");
                json.WriteNumber("models", drain.Models);
                json.WriteNumber("moved", drain.Moved);
                json.WriteNumber("left", drain.Left);
                json.WriteEndObject();
            }

            if (silo.Figures is { } figures)
            {
                FiguresJson.Write(json, "figures", figures);
            }

            if (silo.Cache is { } cache)
            {
                json.WriteStartObject("cache");
                json.WriteNumber("bytes", cache.Bytes);
                json.WriteNumber("maxBytes", cache.MaxBytes);
                json.WriteNumber("versions", cache.Versions);
                json.WriteNumber("hits", cache.Hits);
                json.WriteNumber("fetches", cache.Fetches);
                json.WriteNumber("evictions", cache.Evictions);
                json.WriteEndObject();
            }

            json.WriteStartArray("pools");
            foreach (var pool in silo.Pools)
            {
                await WriteAsync(json, pool, mayKnow, flush);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes where a model is, and why, for who may know of it.</summary>
    public static void Write(Utf8JsonWriter json, ModelReport report, AccessGrant grant)
    {
        json.WriteStartObject();
        json.WriteString("model", report.Model);
        WriteArray(json, "locations", report.Locations, static (json, location) =>
        {
            json.WriteString("silo", location.Silo);
            json.WriteString("pool", location.Pool);
            WriteModel(json, location.Resident);
        });
        WriteArray(json, "placements", report.Placements, static (json, placement) =>
        {
            json.WriteString("chosen", placement.Chosen);
            json.WriteString("decidedBy", placement.DecidedBy);
            json.WriteSeconds("ageSeconds", placement.Age);
            WriteArray(json, "candidates", placement.Candidates, static (json, candidate) =>
            {
                json.WriteString("silo", candidate.Silo);
                json.WriteString("reason", candidate.Reason);
            });
        });
        WriteArray(json, "failures", report.Failures, static (json, failure) =>
        {
            json.WriteString("silo", failure.Silo);
            json.WriteString("error", failure.Error);
            json.WriteString("message", failure.Message);
            json.WriteNumber("attempts", failure.Attempts);
            json.WriteSeconds("nextTrySeconds", failure.NextTry);
        });
        WriteArray(json, "latencies", report.Latencies, FiguresJson.Write);
        json.WriteStartArray("events");
        foreach (var one in EventView.Of(report.Events, grant))
        {
            EventJson.Write(json, one);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task WriteAsync(Utf8JsonWriter json, PoolResidency pool, Func<string, bool> mayKnow, Func<ValueTask> flush)
    {
        json.WriteStartObject();
        json.WriteString("pool", pool.Pool);
        json.WriteNumber("maxModels", pool.MaxModels);
        json.WriteNumber("chargedModels", pool.ChargedModels);
        json.WriteStartArray("models");
        foreach (var model in pool.Models.Where(model => mayKnow(model.Model)))
        {
            json.WriteStartObject();
            WriteModel(json, model);
            json.WriteEndObject();
            await flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, ResidentModel model)
    {
        json.WriteString("model", model.Model);
        json.WriteNumber("version", model.Version);
        json.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(model.State.ToString()));
        json.WriteNumber("bytes", model.Bytes);
        json.WriteNumber("mappedBytes", model.MappedBytes);
        json.WriteSeconds("ageSeconds", model.Age);
        json.WriteNumber("hits", model.Hits);
        json.WriteNumber("inFlight", model.InFlight);
        json.WriteSeconds("loadSeconds", model.LoadTime);
        json.WriteBoolean("pinned", model.IsPinned);
        json.WriteBoolean("copy", model.IsCopy);
        json.WriteBoolean("nextVictim", model.IsNextVictim);
        json.WriteNumber("queued", model.Queued);
        if (model.BatchSize is { } rows)
        {
            json.WriteNumber("batchSize", Math.Round(rows, 2));
        }

        if (model.Fetch is { } fetch)
        {
            json.WriteStartObject("fetch");
            json.WriteNumber("bytes", fetch.Bytes);
            json.WriteNumber("totalBytes", fetch.TotalBytes);
            json.WriteNumber("bytesPerSecond", fetch.BytesPerSecond);
            json.WriteSeconds("remainingSeconds", fetch.Remaining);
            json.WriteEndObject();
        }

        if (model.Newer is { } newer)
        {
            json.WriteStartObject("newer");
            json.WriteNumber("version", newer.Version);
            json.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(newer.State.ToString()));
            json.WriteString("reason", newer.Reason);
            json.WriteNumber("attempts", newer.Attempts);
            json.WriteSeconds("nextTrySeconds", newer.NextTry);
            json.WriteEndObject();
        }
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string property, IEnumerable<T> items, Action<Utf8JsonWriter, T> writeProperties)
    {
        json.WriteStartArray(property);
        foreach (var item in items)
        {
            json.WriteStartObject();
            writeProperties(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
