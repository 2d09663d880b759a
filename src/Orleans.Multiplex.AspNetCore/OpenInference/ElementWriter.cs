using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Writes the elements of a tensor in portions. Numbers are written so that reading them back gives the same number.</summary>
internal sealed class ElementWriter
{
    private readonly Func<Utf8JsonWriter, ReadOnlySpan<byte>, int, int> _write;
    private ReadOnlyMemory<byte> _rest;

    private ElementWriter(Tensor tensor, Func<Utf8JsonWriter, ReadOnlySpan<byte>, int, int> write) => (_rest, _write) = (tensor.Data, write);

    /// <summary>A writer at the first element of a tensor.</summary>
    public static ElementWriter For(Tensor tensor) => new(tensor, tensor.Type switch
    {
        TensorType.Bool => Of<bool>(static (json, value) => json.WriteBooleanValue(value)),
        TensorType.UInt8 => Of<byte>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.UInt16 => Of<ushort>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.UInt32 => Of<uint>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.UInt64 => Of<ulong>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.Int8 => Of<sbyte>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.Int16 => Of<short>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.Int32 => Of<int>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.Int64 => Of<long>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.Float16 => Of<Half>(static (json, value) => json.WriteNumberValue((float)value)),
        TensorType.BFloat16 => Of<BrainFloat>(static (json, value) => json.WriteNumberValue(value.ToSingle())),
        TensorType.Float32 => Of<float>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.Float64 => Of<double>(static (json, value) => json.WriteNumberValue(value)),
        TensorType.String => WriteText,
        _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Type, "JSON carries no elements of this type."),
    });

    /// <summary>Writes the next elements, at most as many as told; false when there are none left.</summary>
    public bool Write(Utf8JsonWriter json, int elements)
    {
        _rest = _rest[_write(json, _rest.Span, elements)..];
        return !_rest.IsEmpty;
    }

    private static Func<Utf8JsonWriter, ReadOnlySpan<byte>, int, int> Of<T>(Action<Utf8JsonWriter, T> write)
        where T : unmanaged => (json, data, elements) =>
        {
            var values = MemoryMarshal.Cast<byte, T>(data);
            values = values[..Math.Min(values.Length, elements)];
            foreach (var value in values)
            {
                write(json, value);
            }

            return MemoryMarshal.AsBytes(values).Length;
        };

    private static int WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> data, int elements)
    {
        var rest = data;
        for (; elements > 0 && !rest.IsEmpty; elements--)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest);
            json.WriteStringValue(rest.Slice(sizeof(uint), length));
            rest = rest[(sizeof(uint) + length)..];
        }

        return data.Length - rest.Length;
    }
}
