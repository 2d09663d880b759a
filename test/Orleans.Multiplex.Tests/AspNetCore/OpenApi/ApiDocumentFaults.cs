using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Orleans.Multiplex.Testing.OpenApi;

namespace Orleans.Multiplex.Tests.AspNetCore.OpenApi;

/// <summary>What is wrong with an OpenAPI document.</summary>
internal static class ApiDocumentFaults
{
    /// <summary>What a reader that is not ours finds, references that lead nowhere, and ids that two operations have.</summary>
    public static string Find(string json)
    {
        var result = OpenApiDocument.Parse(json, "json");
        var references = new List<string>();
        foreach (var part in json.Split("\"$ref\":\"").Skip(1))
        {
            references.Add(part[..part.IndexOf('"', StringComparison.Ordinal)]);
        }

        var document = ApiDocument.Parse(json);
        var dangling = references.Where(reference => reference[2..].Split('/').Aggregate((JsonNode?)document.Root, static (node, step) => node?[step]) is null);
        var ids = document.Operations.Select(static one => one.Operation["operationId"]!.GetValue<string>());
        var twice = ids.GroupBy(static id => id, StringComparer.OrdinalIgnoreCase).Where(static same => same.Count() > 1).Select(static same => $"There are two {same.Key}.");
        return string.Join('\n', result.Diagnostic!.Errors.Concat(result.Diagnostic.Warnings).Select(static fault => fault.ToString()).Concat(dangling).Concat(twice));
    }
}
