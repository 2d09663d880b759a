using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Multiplex.Testing.OpenApi;

/// <summary>
/// Checks a value against a schema: types, required properties, enumerations, bounds; and, which schemas do not ask for, that no
/// property comes that its schema does not have, where it has any.
/// </summary>
public sealed class SchemaCheck(ApiDocument document)
{
    private static readonly HashSet<string> Usual = new(["Cache-Control", "Date", "Server", "Transfer-Encoding"], StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> FindFaults(JsonObject schema, JsonNode? value) => FindFaults(schema, value, "$");

    /// <summary>Checks the headers of an answer, beside those that every answer has: none that is not documented, and all that always come.</summary>
    public IEnumerable<string> FindFaults(IReadOnlyDictionary<string, JsonObject> documented, HttpResponseHeaders headers)
    {
        var came = headers.Where(static header => !Usual.Contains(header.Key)).ToDictionary(static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return
        [
            .. documented.Where(one => one.Value["required"]?.GetValue<bool>() == true && !came.ContainsKey(one.Key)).Select(static one => $"the header {one.Key} did not come"),
            .. came.Keys.Where(name => !documented.ContainsKey(name)).Select(name => $"the header {name}: {came[name]} is not documented"),
            .. came.Where(one => documented.ContainsKey(one.Key)).SelectMany(one => FindFaults((JsonObject)documented[one.Key]["schema"]!, Read(documented[one.Key], one.Value), one.Key)),
        ];

        static JsonNode Read(JsonObject header, string text) => header["schema"]!["type"]!.GetValue<string>() == "integer" ? JsonNode.Parse(text)! : JsonValue.Create(text);
    }

    private IEnumerable<string> FindFaults(JsonObject reference, JsonNode? value, string at)
    {
        var schema = document.Resolve(reference);
        if (schema["type"] is { } type && !TypesOf(type).Any(one => Is(value, one)))
        {
            return [$"{at} is {value?.ToJsonString() ?? "null"}, not {type.ToJsonString()}"];
        }

        return value switch
        {
            JsonObject properties => FindFaultsOfObject(schema, properties, at),
            JsonArray items when schema["items"] is JsonObject item => items.SelectMany((one, i) => FindFaults(item, one, $"{at}[{i}]")),
            JsonValue text when schema["enum"] is JsonArray allowed && !allowed.Any(one => JsonNode.DeepEquals(one, text)) => [$"{at} is {text}, none of {allowed.ToJsonString()}"],
            JsonValue number when schema["minimum"] is { } least && number.GetValue<double>() < least.GetValue<double>() => [$"{at} is {number}, less than {least}"],
            JsonValue number when schema["maximum"] is { } most && number.GetValue<double>() > most.GetValue<double>() => [$"{at} is {number}, more than {most}"],
            _ => [],
        };
    }

    private IEnumerable<string> FindFaultsOfObject(JsonObject schema, JsonObject value, string at)
    {
        var parts = (schema["allOf"] as JsonArray ?? []).Select(part => document.Resolve(part!)).Append(schema).ToList();
        var known = parts.SelectMany(static part => part["properties"] as JsonObject ?? []).ToDictionary(static one => one.Key, static one => (JsonObject)one.Value!);
        var required = parts.SelectMany(static part => part["required"] as JsonArray ?? []).Select(static name => name!.GetValue<string>());
        return
        [
            .. required.Where(name => !value.ContainsKey(name)).Select(name => $"{at} has no {name}"),
            .. value.Where(one => known.Count > 0 && !known.ContainsKey(one.Key)).Select(one => $"{at} has {one.Key}, which the schema does not know"),
            .. value.Where(one => known.ContainsKey(one.Key)).SelectMany(one => FindFaults(known[one.Key], one.Value, $"{at}.{one.Key}")),
        ];
    }

    private static IEnumerable<string> TypesOf(JsonNode type) => type is JsonArray several ? several.Select(static one => one!.GetValue<string>()) : [type.GetValue<string>()];

    private static bool Is(JsonNode? value, string type) => (value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number" || (type == "integer" && !value!.ToJsonString().Contains('.', StringComparison.Ordinal)),
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        _ => type == "null",
    };
}
