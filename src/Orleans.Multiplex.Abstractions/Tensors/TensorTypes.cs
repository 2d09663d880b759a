using System.Collections.Frozen;

namespace Orleans.Multiplex;

/// <summary>What is known of each <see cref="TensorType"/>: its name in the Open Inference Protocol and its size.</summary>
public static class TensorTypes
{
    private static readonly FrozenDictionary<TensorType, (string Name, int Bits)> Facts = new Dictionary<TensorType, (string, int)>
    {
        [TensorType.Bool] = ("BOOL", 8),
        [TensorType.UInt8] = ("UINT8", 8),
        [TensorType.UInt16] = ("UINT16", 16),
        [TensorType.UInt32] = ("UINT32", 32),
        [TensorType.UInt64] = ("UINT64", 64),
        [TensorType.Int8] = ("INT8", 8),
        [TensorType.Int16] = ("INT16", 16),
        [TensorType.Int32] = ("INT32", 32),
        [TensorType.Int64] = ("INT64", 64),
        [TensorType.Float16] = ("FP16", 16),
        [TensorType.Float32] = ("FP32", 32),
        [TensorType.Float64] = ("FP64", 64),
        [TensorType.BFloat16] = ("BF16", 16),
        [TensorType.String] = ("BYTES", 0),
        [TensorType.Complex64] = ("COMPLEX64", 64),
        [TensorType.Complex128] = ("COMPLEX128", 128),
        [TensorType.Float8E4M3FN] = ("FP8_E4M3FN", 8),
        [TensorType.Float8E4M3FNUZ] = ("FP8_E4M3FNUZ", 8),
        [TensorType.Float8E5M2] = ("FP8_E5M2", 8),
        [TensorType.Float8E5M2FNUZ] = ("FP8_E5M2FNUZ", 8),
        [TensorType.UInt4] = ("UINT4", 4),
        [TensorType.Int4] = ("INT4", 4),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, TensorType> ByName =
        Facts.ToFrozenDictionary(fact => fact.Value.Name, fact => fact.Key, StringComparer.Ordinal);

    /// <summary>
    /// The name in the Open Inference Protocol, for instance <c>FP32</c>; for types which the protocol does not have,
    /// a name in its style.
    /// </summary>
    public static string GetProtocolName(this TensorType type) => Facts[type].Name;

    /// <summary>The type of a protocol name; false when there is none of this name.</summary>
    public static bool TryParseProtocolName(string name, out TensorType type) => ByName.TryGetValue(name, out type);

    /// <summary>The bits of one element; 0 for <see cref="TensorType.String"/>, whose elements differ in length.</summary>
    public static int GetElementBits(this TensorType type) => Facts[type].Bits;

    /// <summary>
    /// The bytes that <paramref name="elements"/> elements take; for <see cref="TensorType.String"/> the least they can take.
    /// </summary>
    /// <exception cref="OverflowException">The number of bytes does not fit 63 bits.</exception>
    public static long GetByteLength(this TensorType type, long elements) => type switch
    {
        TensorType.String => checked(elements * sizeof(uint)),
        _ when type.GetElementBits() is var bits and < 8 => checked((elements * bits) + 7) / 8,
        _ => checked(elements * (type.GetElementBits() / 8)),
    };

    /// <summary>The type whose elements have the .NET type <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">No tensor type has elements of this .NET type.</exception>
    public static TensorType Of<T>()
        where T : unmanaged => default(T) switch
        {
            bool => TensorType.Bool,
            byte => TensorType.UInt8,
            ushort => TensorType.UInt16,
            uint => TensorType.UInt32,
            ulong => TensorType.UInt64,
            sbyte => TensorType.Int8,
            short => TensorType.Int16,
            int => TensorType.Int32,
            long => TensorType.Int64,
            Half => TensorType.Float16,
            float => TensorType.Float32,
            double => TensorType.Float64,
            System.Numerics.Complex => TensorType.Complex128,
            _ => throw new NotSupportedException(
                $"No tensor type has elements of type {typeof(T)}. Name the type and pass the elements as bytes."),
        };
}
