using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Orleans.Multiplex.Conformance.Tests.Cases;

namespace Orleans.Multiplex.Conformance.Tests.Calls;

/// <summary>Tensors as the Open Inference Protocol has them in JSON.</summary>
internal static class JsonTensors
{
    /// <summary>Whether JSON can carry a value: a tensor of a type of the protocol with finite numbers, or text that is UTF-8.</summary>
    public static bool CanCarry(Tensor value) => value switch
    {
        { Type: TensorType.String } text => text.EnumerateBytes().All(element => Utf8.IsValid(element.Span)),
        { Type: <= TensorType.String } tensor => Fractions.Of(tensor).All(double.IsFinite),
        _ => false,
    };

    public static JsonObject Write(Tensor tensor) => new()
    {
        ["name"] = tensor.Name,
        ["datatype"] = tensor.Type.GetProtocolName(),
        ["shape"] = JsonSerializer.SerializeToNode(tensor.Shape),
        ["data"] = tensor.Type switch
        {
            TensorType.Bool => Write(tensor.ToArray<bool>()),
            TensorType.UInt8 => Write(Array.ConvertAll(tensor.ToArray<byte>(), value => (int)value)), // bytes would become text
            TensorType.UInt16 => Write(tensor.ToArray<ushort>()),
            TensorType.UInt32 => Write(tensor.ToArray<uint>()),
            TensorType.UInt64 => Write(tensor.ToArray<ulong>()),
            TensorType.Int8 => Write(tensor.ToArray<sbyte>()),
            TensorType.Int16 => Write(tensor.ToArray<short>()),
            TensorType.Int32 => Write(tensor.ToArray<int>()),
            TensorType.Int64 => Write(tensor.ToArray<long>()),
            TensorType.Float32 => Write(tensor.ToArray<float>()),
            TensorType.String => Write(tensor.ToStringArray()),
            _ => Write(Fractions.Of(tensor)),
        },
    };

    public static Tensor Read(JsonElement tensor)
    {
        var name = tensor.GetProperty("name").GetString()!;
        var shape = Read<long>(tensor.GetProperty("shape"));
        var data = tensor.GetProperty("data");
        if (!TensorTypes.TryParseProtocolName(tensor.GetProperty("datatype").GetString()!, out var type))
        {
            throw new InvalidDataException($"{tensor.GetProperty("datatype")} is no type of the protocol.");
        }

        return type == TensorType.String
            ? new Tensor(name, type, [.. shape], Tensor.Create(name, data.Deserialize<string[]>()!).Data)
            : new Tensor(name, type, [.. shape], type switch
            {
                TensorType.Bool => Bytes(Read<bool>(data)),
                TensorType.UInt8 => Bytes(Array.ConvertAll(Read<int>(data), value => checked((byte)value))),
                TensorType.UInt16 => Bytes(Read<ushort>(data)),
                TensorType.UInt32 => Bytes(Read<uint>(data)),
                TensorType.UInt64 => Bytes(Read<ulong>(data)),
                TensorType.Int8 => Bytes(Read<sbyte>(data)),
                TensorType.Int16 => Bytes(Read<short>(data)),
                TensorType.Int32 => Bytes(Read<int>(data)),
                TensorType.Int64 => Bytes(Read<long>(data)),
                TensorType.Float16 => Bytes(Array.ConvertAll(Read<float>(data), value => (Half)value)),
                TensorType.BFloat16 => Bytes(Array.ConvertAll(Read<float>(data), value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))),
                TensorType.Float32 => Bytes(Read<float>(data)),
                TensorType.Float64 => Bytes(Read<double>(data)),
                _ => throw new InvalidDataException($"JSON carries no {type}."),
            });
    }

    private static JsonNode? Write<T>(T[] values) => JsonSerializer.SerializeToNode(values);

    private static T[] Read<T>(JsonElement data) => data.Deserialize<T[]>()!;

    private static byte[] Bytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
