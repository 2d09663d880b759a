using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>The schemas of the application's own types, as its JSON has them. Those of objects and lists stand among the components, once for each type.</summary>
/// <param name="json">How the application reads and writes JSON.</param>
/// <param name="components">The schemas of the document.</param>
internal sealed class OwnSchemas(JsonSerializerOptions json, JsonObject components)
{
    private static readonly JsonSchemaExporterOptions Options = new()
    {
        TreatNullObliviousAsNonNullable = true,

        // What may be anything: an empty schema says so, too, and is an object for everybody who reads it. What the exporter has no schema
        // for, it says may be nothing; a converter may make something of it all the same.
        TransformSchemaNode = static (_, schema) => IsTrue(schema) || (schema is JsonObject parts && IsTrue(parts["not"])) ? new JsonObject() : schema,
    };

    private readonly Dictionary<Type, string> _names = [];

    /// <summary>The schema of a type, or a reference to it; empty for a type that has none, which may be any JSON.</summary>
    public JsonObject Find(Type type)
    {
        if (_names.TryGetValue(type, out var known))
        {
            return Reference(known);
        }

        var schema = Export(type);
        if (!schema.ContainsKey("properties") && !schema.ContainsKey("items"))
        {
            return schema;
        }

        var name = FindName(type);
        Redirect(schema, name);
        components[name] = schema;
        _names.Add(type, name);
        return Reference(name);
    }

    // Types, their attributes, converters and resolvers are the application's, and some have no schema: whatever they throw, there is a document.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "See above.")]
    private JsonObject Export(Type type)
    {
        try
        {
            // Numbers that may come as text, too, are numbers: of both, generators make neither.
            var options = new JsonSerializerOptions(json) { NumberHandling = json.NumberHandling & ~JsonNumberHandling.AllowReadingFromString };
            return options.GetJsonSchemaAsNode(type, Options) as JsonObject ?? [];
        }
        catch (Exception)
        {
            return [];
        }
    }

    private string FindName(Type type)
    {
        var name = NameOf(type);
        var unique = name;
        for (var number = 2; components.Any(one => string.Equals(one.Key, unique, StringComparison.OrdinalIgnoreCase)); number++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}{number}");
        }

        return unique;
    }

    private static string NameOf(Type type)
    {
        if (type.IsArray)
        {
            return $"ArrayOf{NameOf(type.GetElementType()!)}";
        }

        var name = string.Concat(type.Name.TakeWhile(static letter => letter != '`').Where(char.IsAsciiLetterOrDigit));
        return type.IsGenericType ? $"{name}Of{string.Join("And", type.GetGenericArguments().Select(NameOf))}" : name;
    }

    // Within itself, a schema refers to parts of itself as if it were the whole document.
    private static void Redirect(JsonNode schema, string name)
    {
        switch (schema)
        {
            case JsonObject parts when parts["$ref"] is JsonValue reference && reference.GetValueKind() == JsonValueKind.String:
                parts["$ref"] = $"{PathOf(name)}{reference.GetValue<string>()[1..]}";
                break;
            case JsonObject parts:
                foreach (var part in parts.Select(static part => part.Value).OfType<JsonNode>())
                {
                    Redirect(part, name);
                }

                break;
            case JsonArray parts:
                foreach (var part in parts.OfType<JsonNode>())
                {
                    Redirect(part, name);
                }

                break;
        }
    }

    private static bool IsTrue(JsonNode? node) => node?.GetValueKind() == JsonValueKind.True;

    private static JsonObject Reference(string name) => new() { ["$ref"] = PathOf(name) };

    private static string PathOf(string name) => $"#/components/schemas/{name}";
}
