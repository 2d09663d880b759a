using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing.Patterns;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>Writes the parameters of an operation.</summary>
/// <param name="operation">The operation.</param>
/// <param name="examples">Its examples.</param>
/// <param name="components">What it may refer to.</param>
internal sealed class ParameterWriter(Operation operation, IReadOnlyList<Example> examples, JsonObject components)
{
    /// <summary>Writes those of a path, and those that the operation has beside.</summary>
    /// <param name="pattern">The path.</param>
    /// <param name="changesState">Whether it needs the header without which no web page can send it.</param>
    public JsonArray Write(RoutePattern pattern, bool changesState)
    {
        var others = operation.Parameters.Concat(operation.MayBeBinary ? [BinaryHeader.Name] : []).Concat(changesState ? [AccessRule.ControlHeader] : []);
        return [.. pattern.Parameters.Select(static parameter => parameter.Name).Select(WriteOfPath), .. others.Select(WriteOne)];
    }

    // Of a name that the protocol has, it may be another thing all the same: in a path of the application's own, or of a group.
    private JsonObject WriteOfPath(string name) =>
        operation.Types is null && components["parameters"]![name]?["in"]?.GetValue<string>() == "path"
            ? WriteOne(name)
            : new JsonObject { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } };

    private JsonObject WriteOne(string name)
    {
        var known = (JsonObject)components["parameters"]![name]!;
        if (!examples.Any(example => example.Parameters.ContainsKey(name)))
        {
            return new JsonObject { ["$ref"] = $"#/components/parameters/{name}" };
        }

        var parameter = (JsonObject)known.DeepClone();
        var usual = known["schema"]!["examples"]?[0]!.GetValue<string>();
        parameter["examples"] = new JsonObject(
            from example in examples
            let value = example.Parameters.GetValueOrDefault(name, usual!)
            where value is not null
            select KeyValuePair.Create<string, JsonNode?>(example.Name, new JsonObject { ["summary"] = example.Summary, ["value"] = value }));
        return parameter;
    }
}
