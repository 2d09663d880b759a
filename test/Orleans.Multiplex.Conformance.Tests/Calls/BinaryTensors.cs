using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Multiplex.Conformance.Tests.Calls;

/// <summary>Tensors as the binary tensor data extension of the Open Inference Protocol has them.</summary>
internal static class BinaryTensors
{
    public const string LengthHeader = "Inference-Header-Content-Length";

    /// <summary>A request that wants all outputs as raw bytes too, and the length of its JSON.</summary>
    public static (byte[] Body, int JsonLength) Write(IReadOnlyList<Tensor> inputs)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["inputs"] = new JsonArray([.. inputs.Select(Announce)]),
            ["parameters"] = new JsonObject { ["binary_data_output"] = true },
        });
        return ([.. json, .. inputs.SelectMany(input => input.Data.ToArray())], json.Length);
    }

    public static IReadOnlyList<ModelValue> Read(ReadOnlyMemory<byte> body, int jsonLength)
    {
        var outputs = new List<ModelValue>();
        var rest = body[jsonLength..];
        foreach (var output in JsonDocument.Parse(body[..jsonLength]).RootElement.GetProperty("outputs").EnumerateArray())
        {
            if (!TensorTypes.TryParseProtocolName(output.GetProperty("datatype").GetString()!, out var type))
            {
                throw new InvalidDataException($"{output} has no type of the protocol.");
            }

            var size = output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32();
            outputs.Add(new Tensor(
                output.GetProperty("name").GetString()!, type, [.. output.GetProperty("shape").Deserialize<long[]>()!], rest[..size]));
            rest = rest[size..];
        }

        return rest.IsEmpty ? outputs : throw new InvalidDataException($"{rest.Length} bytes are left behind the outputs.");
    }

    private static JsonObject Announce(Tensor tensor) => new()
    {
        ["name"] = tensor.Name,
        ["datatype"] = tensor.Type.GetProtocolName(),
        ["shape"] = JsonSerializer.SerializeToNode(tensor.Shape),
        ["parameters"] = new JsonObject { ["binary_data_size"] = tensor.Data.Length },
    };
}
