using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Writes the elements of a tensor in portions. Numbers are written so that reading them back gives the same number.</summary>
internal abstract class ElementWriter(Tensor tensor)
{
    private ReadOnlyMemory<byte> _rest = tensor.Data;

    /// <summary>A writer at the first element of a tensor.</summary>
    public static ElementWriter For(Tensor tensor) => tensor.Type switch
    {
        TensorType.Bool => new Numbers<bool, BoolElement>(tensor),
        TensorType.UInt8 => new Numbers<byte, UInt8Element>(tensor),
        TensorType.UInt16 => new Numbers<ushort, UInt16Element>(tensor),
        TensorType.UInt32 => new Numbers<uint, UInt32Element>(tensor),
        TensorType.UInt64 => new Numbers<ulong, UInt64Element>(tensor),
        TensorType.Int8 => new Numbers<sbyte, Int8Element>(tensor),
        TensorType.Int16 => new Numbers<short, Int16Element>(tensor),
        TensorType.Int32 => new Numbers<int, Int32Element>(tensor),
        TensorType.Int64 => new Numbers<long, Int64Element>(tensor),
        TensorType.Float16 => new Numbers<Half, Float16Element>(tensor),
        TensorType.BFloat16 => new Numbers<BrainFloat, BFloat16Element>(tensor),
        TensorType.Float32 => new Numbers<float, Float32Element>(tensor),
        TensorType.Float64 => new Numbers<double, Float64Element>(tensor),
        TensorType.String => new Text(tensor),
        _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Type, "JSON carries no elements of this type."),
    };

    /// <summary>Writes the next elements, at most as many as told; false when there are none left.</summary>
    public bool Write(Utf8JsonWriter json, int elements)
    {
        _rest = _rest[Write(json, _rest.Span, elements)..];
        return !_rest.IsEmpty;
    }

    /// <summary>Writes elements from the begin of the data; returns how many bytes they have.</summary>
    protected abstract int Write(Utf8JsonWriter json, ReadOnlySpan<byte> data, int elements);

    private sealed class Numbers<T, TElement>(Tensor tensor) : ElementWriter(tensor)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        protected override int Write(Utf8JsonWriter json, ReadOnlySpan<byte> data, int elements)
        {
            var values = MemoryMarshal.Cast<byte, T>(data);
            values = values[..Math.Min(values.Length, elements)];
            foreach (var value in values)
            {
                TElement.Write(json, value);
            }

            return MemoryMarshal.AsBytes(values).Length;
        }
    }

    private sealed class Text(Tensor tensor) : ElementWriter(tensor)
    {
        protected override int Write(Utf8JsonWriter json, ReadOnlySpan<byte> data, int elements)
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
}
