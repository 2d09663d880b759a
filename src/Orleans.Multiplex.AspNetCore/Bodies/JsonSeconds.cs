using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>Durations in JSON: in seconds, to a microsecond, which tells short runs apart; null where there is none.</summary>
internal static class JsonSeconds
{
    public static void WriteSeconds(this Utf8JsonWriter json, string property, TimeSpan? time)
    {
        if (time is { } known)
        {
            json.WriteNumber(property, Math.Round(known.TotalSeconds, 6));
        }
        else
        {
            json.WriteNull(property);
        }
    }
}
