using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Orleans.Multiplex;

/// <summary>
/// A tensor as it travels: a name, an element type, a shape, and the elements as raw bytes (little-endian, row-major), which nobody
/// changes once the tensor is made. A scalar has an empty shape; a dimension may be 0.
/// </summary>
/// <remarks>
/// Text elements (<see cref="TensorType.String"/>) lie one behind the other, each after its length as an unsigned 32-bit number:
/// the encoding of the protocol's binary tensor extension.
/// </remarks>
[GenerateSerializer, Immutable, Alias("multiplex.Tensor")]
public sealed class Tensor : ModelValue
{
    /// <summary>Makes a tensor over bytes that the caller hands over and does not change any more.</summary>
    /// <param name="name">The name of the input or output.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The dimensions, none of them negative; empty for a scalar.</param>
    /// <param name="data">The elements, in the encoding that the remarks of the class give.</param>
    /// <exception cref="ArgumentException">The type is none, the bytes are not as many as type and shape ask for, or text is not encoded as it must be.</exception>
    public Tensor(string name, TensorType type, ImmutableArray<long> shape, ReadOnlyMemory<byte> data)
        : base(name)
    {
        Type = type;
        Shape = shape.IsDefault ? throw new ArgumentNullException(nameof(shape)) : shape;
        Data = data;
        Length = CountElements(shape.AsSpan());
        if (FindFault() is { } fault)
        {
            throw new ArgumentException($"Tensor '{name}': {fault}", nameof(data));
        }
    }

    /// <summary>The element type.</summary>
    [Id(0)]
    public TensorType Type { get; }

    /// <summary>The dimensions; empty for a scalar.</summary>
    [Id(1)]
    public ImmutableArray<long> Shape { get; }

    /// <summary>The elements as raw bytes.</summary>
    [Id(2)]
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The number of elements: the product of the dimensions, 1 for a scalar.</summary>
    [Id(3)]
    public long Length { get; }

    /// <summary>Makes a tensor from values, which are copied.</summary>
    /// <typeparam name="T">The .NET type of the elements: bool, an integer, Half, float, double or Complex.</typeparam>
    /// <param name="name">The name of the input or output.</param>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">The dimensions; left out, the tensor has one dimension of as many elements as there are values.</param>
    /// <exception cref="ArgumentException">There are not as many values as the shape asks for.</exception>
    public static Tensor Create<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged =>
        new(name, TensorTypes.Of<T>(), shape.IsEmpty ? [values.Length] : [.. shape], MemoryMarshal.AsBytes(values).ToArray());

    /// <inheritdoc cref="Create{T}(string, ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor Create<T>(string name, T[] values, params ReadOnlySpan<long> shape)
        where T : unmanaged => Create(name, new ReadOnlySpan<T>(values), shape);

    /// <inheritdoc cref="Create{T}(string, ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor Create<T>(string name, ReadOnlyMemory<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged => Create(name, values.Span, shape);

    /// <summary>Makes a tensor over values that the caller hands over and does not change any more: nothing is copied.</summary>
    /// <example><code>Tensor.Wrap&lt;float&gt;("x", pixels.AsMemory(0, 640 * 480), 1, 480, 640)</code></example>
    /// <inheritdoc cref="Create{T}(string, ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor Wrap<T>(string name, ReadOnlyMemory<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged =>
        new(name, TensorTypes.Of<T>(), shape.IsEmpty ? [values.Length] : [.. shape], CastMemory<T, byte>.Cast(values));

    /// <inheritdoc cref="Wrap{T}(string, ReadOnlyMemory{T}, ReadOnlySpan{long})"/>
    public static Tensor Wrap<T>(string name, T[] values, params ReadOnlySpan<long> shape)
        where T : unmanaged => Wrap(name, new ReadOnlyMemory<T>(values), shape);

    /// <summary>Makes a tensor of one element without dimensions.</summary>
    public static Tensor CreateScalar<T>(string name, T value)
        where T : unmanaged => new(name, TensorTypes.Of<T>(), [], MemoryMarshal.AsBytes([value]).ToArray());

    /// <summary>Makes a tensor of text.</summary>
    /// <param name="name">The name of the input or output.</param>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">The dimensions; left out, the tensor has one dimension.</param>
    public static Tensor Create(string name, IReadOnlyCollection<string> values, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        var data = new byte[values.Sum(value => sizeof(uint) + Encoding.UTF8.GetByteCount(value))];
        var rest = data.AsSpan();
        foreach (var value in values)
        {
            var length = Encoding.UTF8.GetBytes(value, rest[sizeof(uint)..]);
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)length);
            rest = rest[(sizeof(uint) + length)..];
        }

        return new Tensor(name, TensorType.String, shape.IsEmpty ? [values.Count] : [.. shape], data);
    }

    /// <summary>The elements in place, without a copy.</summary>
    /// <exception cref="InvalidOperationException">The elements are not of this .NET type.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        RequireType<T>();
        return MemoryMarshal.Cast<byte, T>(Data.Span);
    }

    /// <summary>The elements in place, without a copy; unlike a span they may be kept and passed to asynchronous code.</summary>
    /// <exception cref="InvalidOperationException">The elements are not of this .NET type.</exception>
    public ReadOnlyMemory<T> AsMemory<T>()
        where T : unmanaged
    {
        RequireType<T>();
        return CastMemory<byte, T>.Cast(Data);
    }

    /// <summary>A copy of the elements.</summary>
    /// <exception cref="InvalidOperationException">The elements are not of this .NET type.</exception>
    public T[] ToArray<T>()
        where T : unmanaged => AsSpan<T>().ToArray();

    /// <summary>The elements of a tensor of text; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <exception cref="InvalidOperationException">The elements are not text.</exception>
    public string[] ToStringArray()
    {
        if (Type != TensorType.String)
        {
            throw new InvalidOperationException($"Tensor '{Name}' has elements of type {Type.GetProtocolName()}, not BYTES.");
        }

        var values = new string[Length];
        var i = 0;
        foreach (var element in EnumerateBytes())
        {
            values[i++] = Encoding.UTF8.GetString(element.Span);
        }

        return values;
    }

    /// <summary>The elements of a tensor of text, each as its bytes in place.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> EnumerateBytes()
    {
        for (var rest = Data; !rest.IsEmpty;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest.Span);
            yield return rest.Slice(sizeof(uint), length);
            rest = rest[(sizeof(uint) + length)..];
        }
    }

    private void RequireType<T>()
        where T : unmanaged
    {
        if (TensorTypes.Of<T>() != Type)
        {
            throw new InvalidOperationException(
                $"Tensor '{Name}' has elements of type {Type.GetProtocolName()}, not {TensorTypes.Of<T>().GetProtocolName()}.");
        }
    }

    private static long CountElements(ReadOnlySpan<long> shape)
    {
        var elements = 1L;
        foreach (var dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            try
            {
                elements = checked(elements * dimension);
            }
            catch (OverflowException)
            {
                throw new ArgumentException("A tensor of this shape has more elements than fit 63 bits.", nameof(shape));
            }
        }

        return elements;
    }

    private string? FindFault()
    {
        if (!Enum.IsDefined(Type))
        {
            return $"there is no element type {Type}.";
        }

        if (Type == TensorType.String)
        {
            return CountText() is { } count && count == Length
                ? null
                : $"its bytes are not {Length} elements of text, each behind its length as a 32-bit number.";
        }

        long expected;
        try
        {
            expected = Type.GetByteLength(Length);
        }
        catch (OverflowException)
        {
            return "its shape asks for more bytes than fit 63 bits.";
        }

        return expected == Data.Length
            ? null
            : $"{Length} elements of type {Type.GetProtocolName()} take {expected} bytes, not {Data.Length}.";
    }

    private long? CountText()
    {
        var count = 0L;
        for (var rest = Data.Span; !rest.IsEmpty; count++)
        {
            if (rest.Length < sizeof(uint)
                || BinaryPrimitives.ReadUInt32LittleEndian(rest) is var length && length > rest.Length - sizeof(uint))
            {
                return null;
            }

            rest = rest[(sizeof(uint) + (int)length)..];
        }

        return count;
    }
}
