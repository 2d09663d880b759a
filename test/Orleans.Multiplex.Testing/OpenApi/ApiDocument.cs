using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Multiplex.Testing.OpenApi;

/// <summary>
/// An OpenAPI document, as a reader of it knows it. Examples of one name belong together: a value for a parameter where the usual one is
/// not meant, a body, and an answer, under the status that it has.
/// </summary>
public sealed class ApiDocument(JsonObject root)
{
    private const string Json = "application/json";
    private const string Stream = "text/event-stream";

    public JsonObject Root => root;

    public static ApiDocument Parse(string json) => new((JsonObject)JsonNode.Parse(json)!);

    /// <summary>All operations, as verb and path.</summary>
    public IEnumerable<(string Verb, string Path, JsonObject Operation)> Operations =>
        from path in (JsonObject)root["paths"]!
        from verb in (JsonObject)path.Value!
        select (verb.Key.ToUpperInvariant(), path.Key, (JsonObject)verb.Value!);

    /// <summary>All that the document shows how to send.</summary>
    public IEnumerable<DocumentedCall> Calls => Operations.SelectMany(one => CallsOf(one.Verb, one.Path, one.Operation));

    /// <summary>What a node refers to, or itself.</summary>
    public JsonObject Resolve(JsonNode node)
    {
        var there = (JsonObject)node;
        while (there["$ref"]?.GetValue<string>() is { } reference)
        {
            there = reference[2..].Split('/').Aggregate((JsonNode?)root, static (node, step) => node?[step]) as JsonObject
                ?? throw new InvalidOperationException($"{reference} leads nowhere.");
        }

        return there;
    }

    private IEnumerable<DocumentedCall> CallsOf(string verb, string path, JsonObject operation)
    {
        var body = operation["requestBody"]?["content"]?[Json] as JsonObject;
        var responses = ((JsonObject)operation["responses"]!)
            .Select(one => (Status: int.Parse(one.Key, CultureInfo.InvariantCulture), Response: Resolve(one.Value!)))
            .Select(static one => (one.Status, one.Response, Content: (one.Response["content"]?[Json] ?? one.Response["content"]?[Stream]) as JsonObject))
            .ToList();
        var names = NamesOf(body).Concat(responses.SelectMany(static one => NamesOf(one.Content))).Distinct().DefaultIfEmpty("");
        foreach (var name in names)
        {
            var (status, response, content) = responses.Find(one => NamesOf(one.Content).Contains(name)) is { Content: not null } found ? found : responses[0];
            var (target, headers) = ReadParameters(operation, path, name);
            yield return new DocumentedCall(
                operation["operationId"]!.GetValue<string>(), name, verb, target, headers, ExampleOf(body, name), body?["schema"] as JsonObject,
                status, ExampleOf(content, name), (content?["x-itemSchema"] ?? content?["schema"]) as JsonObject,
                (response["headers"] as JsonObject ?? []).ToDictionary(static header => header.Key, header => Resolve(header.Value!), StringComparer.OrdinalIgnoreCase));
        }
    }

    private (string Path, Dictionary<string, string> Headers) ReadParameters(JsonObject operation, string path, string example)
    {
        var headers = new Dictionary<string, string>();
        var query = new List<string>();
        foreach (var parameter in (operation["parameters"] as JsonArray ?? []).Select(node => Resolve(node!)))
        {
            var name = parameter["name"]!.GetValue<string>();
            var isRequired = parameter["required"]?.GetValue<bool>() == true;
            var value = (parameter["examples"]?[example]?["value"] ?? (isRequired ? parameter["schema"]!["examples"]![0] : null))?.GetValue<string>();
            switch (parameter["in"]!.GetValue<string>())
            {
                case "path": path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value!), StringComparison.Ordinal); break;
                case "header" when value is not null: headers[name] = value; break;
                case "query" when value is not null: query.Add($"{name}={Uri.EscapeDataString(value)}"); break;
            }
        }

        return (query.Count == 0 ? path : $"{path}?{string.Join('&', query)}", headers);
    }

    private static IEnumerable<string> NamesOf(JsonObject? content) => (content?["examples"] as JsonObject ?? []).Select(static example => example.Key);

    // Of a stream, its first event.
    private static JsonNode? ExampleOf(JsonObject? content, string name) => content?["examples"]?[name]?["value"] is { } value
        ? value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is ['d', 'a', 't', 'a', ':', .. var first] ? JsonNode.Parse(first.Split('\n')[0]) : value
        : null;
}
