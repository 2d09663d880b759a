using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Multiplex.Dashboard.Trying;

/// <summary>A request that fits a model's signature, to begin with: one row where the model leaves that open, and values that are easy to see through.</summary>
internal static class SampleRequest
{
    // What stands on a page is text, not part of one.
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>More elements than anybody would edit.</summary>
    private const long MostElements = 4096;

    /// <summary>The request as JSON of the Open Inference Protocol; null, with the reason, where JSON cannot carry what the model takes, or it would be too long.</summary>
    public static (string? Json, string Why) Compose(ModelSignature signature)
    {
        var inputs = new List<string>();
        var all = 0L;
        foreach (var input in signature.Inputs.Where(static input => !input.IsOptional))
        {
            if (input.Kind != ValueKind.Tensor || input.Type is not { } type || DataOf(type) is not { } element)
            {
                return (null, $"Input '{input.Name}' is not something that JSON carries; use the SDK, or binary data.");
            }

            var shape = input.Shape.IsDefault ? [1] : input.Shape.Select(static dimension => Math.Max(1, dimension)).ToArray();
            var elements = shape.Aggregate(1L, static (product, dimension) => product > MostElements ? product : product * Math.Min(dimension, MostElements + 1));
            all += elements;
            if (all > MostElements)
            {
                return (null, $"Input '{input.Name}' has {string.Join(" × ", shape)} elements, too many to write down here.");
            }

            var data = new JsonArray([.. Enumerable.Range(1, (int)elements).Select(element)]).ToJsonString(Options);
            inputs.Add($$"""
                { "name": {{JsonSerializer.Serialize(input.Name, Options)}}, "datatype": "{{type.GetProtocolName()}}", "shape": [{{string.Join(", ", shape)}}],
                  "data": {{data.Replace(",", ", ", StringComparison.Ordinal)}} }
                """);
        }

        return ($$"""
            {
              "inputs": [
            {{string.Join(",\n", inputs)}}
              ]
            }
            """, "");
    }

    // The n-th element of a type that the protocol has a form for in JSON.
    private static Func<int, JsonNode?>? DataOf(TensorType type) => type switch
    {
        TensorType.Bool => static n => n % 2 == 1,
        TensorType.String => static n => $"text {n}",
        TensorType.Float32 or TensorType.Float64 or TensorType.Int8 or TensorType.Int16 or TensorType.Int32 or TensorType.Int64
            or TensorType.UInt8 or TensorType.UInt16 or TensorType.UInt32 or TensorType.UInt64 => static n => ((n - 1) % 100) + 1,
        _ => null,
    };
}
