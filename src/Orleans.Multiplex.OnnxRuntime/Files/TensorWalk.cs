using System.Buffers.Binary;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>Walks over tensors in a model file: reads what they are and adds up what they take, without reading their data.</summary>
internal sealed class TensorWalk(WireReader reader, Footprint footprint, ExternalData external)
{
    /// <summary>The longest name that is read; there is no limit in ONNX, and none of a hundredth of this in use.</summary>
    public const int MaxNameBytes = 4096;

    private const int MaxShapeLength = 8;
    private const long MaxExternalElements = long.MaxValue / 64;

    // The columns to which ONNX Runtime pads a matrix that it multiplies with.
    private const int PackedColumns = 16;

    /// <summary>Walks over a tensor.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or its data lie where they must not.</exception>
    public TensorHead Walk(long end)
    {
        string? name = null;
        TensorType? type = null;
        long? elements = 1;
        var rank = 0;
        var narrowest = long.MaxValue;
        var dataBytes = 0L;
        long? product = null;
        var place = new ExternalPlace("", 0, null);
        var saysPlace = false;
        var isElsewhere = false;
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Varint):
                    AddDimension(reader.ReadVarint(end));
                    break;
                case (1, WireType.Bytes):
                    for (var packedEnd = reader.ReadEnd(end); reader.Position < packedEnd;)
                    {
                        AddDimension(reader.ReadVarint(packedEnd));
                    }

                    break;
                case (2, WireType.Varint):
                    type = ElementTypes.FromOnnx(reader.ReadVarint(end));
                    break;
                case (6, WireType.Bytes):
                    var textEnd = reader.ReadEnd(end);
                    footprint.AddText(textEnd - reader.Position);
                    reader.SkipTo(textEnd);
                    break;
                case (7, WireType.Varint):
                    product = MultiplyShape(product, (long)reader.ReadVarint(end));
                    break;
                case (7, WireType.Bytes):
                    product = ReadShape(reader.ReadEnd(end));
                    break;
                case (8, WireType.Bytes):
                    name = reader.ReadTextOrSkip(end, MaxNameBytes);
                    break;
                case (9, WireType.Bytes):
                    var rawEnd = reader.ReadEnd(end);
                    dataBytes = Math.Max(dataBytes, rawEnd - reader.Position);
                    product = ReadRawShape(rawEnd);
                    break;
                case (13, WireType.Bytes):
                    place = ExternalData.ReadEntry(reader, reader.ReadEnd(end), place);
                    saysPlace = true;
                    break;
                case (14, WireType.Varint):
                    isElsewhere = reader.ReadVarint(end) != 0;
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        // Who reads such a tensor in one way and who reads it in the other would not agree on what it is.
        if (isElsewhere != saysPlace || (isElsewhere && type is null or TensorType.String))
        {
            throw new InvalidDataException($"a tensor in it ('{name}') does not say clearly whether its data lie in another file.");
        }

        // An element takes half a byte of the file at least; of another file, more than the largest can have is as wrong.
        if (elements is not { } count || count / 2 > (isElsewhere ? MaxExternalElements : reader.Length))
        {
            throw new InvalidDataException($"the shape of a tensor in it ('{name}') asks for more elements than the file holds.");
        }

        var bytes = Math.Max(dataBytes, type is { } known and not TensorType.String ? known.GetByteLength(count) : count);
        if (isElsewhere)
        {
            external.Add(name, place, bytes);
        }

        footprint.AddTensor(bytes);
        return new TensorHead(
            name,
            type,
            type == TensorType.Int64 && count <= MaxShapeLength ? product : null,
            type == TensorType.Float32 && rank == 2 && narrowest is > 0 and < PackedColumns
                ? count / narrowest * (PackedColumns - narrowest) * sizeof(float)
                : 0,
            bytes);

        void AddDimension(ulong dimension)
        {
            elements = Multiply(elements, dimension);
            narrowest = Math.Min(narrowest, (long)dimension);
            rank++;
        }
    }

    /// <summary>Walks over a sparse tensor; returns the name, which is that of its values.</summary>
    public string? WalkSparse(long end)
    {
        string? name = null;
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Bytes):
                    name = Walk(reader.ReadEnd(end)).Name;
                    break;
                case (2, WireType.Bytes):
                    Walk(reader.ReadEnd(end));
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        return name;
    }

    /// <summary>The product of numbers up to <paramref name="end"/> when they can be a shape, all of which is passed over.</summary>
    public long? ReadShape(long end)
    {
        long? product = 1;
        for (var i = 0; i < MaxShapeLength && reader.Position < end; i++)
        {
            product = MultiplyShape(product, (long)reader.ReadVarint(end));
        }

        product = reader.Position == end ? product : null;
        reader.SkipTo(end);
        return product;
    }

    /// <summary>Multiplies a dimension to what a shape asks for; null once it is no shape.</summary>
    public static long? MultiplyShape(long? product, long dimension) =>
        dimension < 0 ? null : (long)Int128.Min((Int128)(product ?? 1) * dimension, long.MaxValue);

    private long? ReadRawShape(long end)
    {
        long? product = null;
        if (end - reader.Position is > 0 and <= MaxShapeLength * sizeof(long) and var length && length % sizeof(long) == 0)
        {
            Span<byte> bytes = stackalloc byte[(int)length];
            reader.ReadExactly(bytes, end);
            for (product = 1; !bytes.IsEmpty; bytes = bytes[sizeof(long)..])
            {
                product = MultiplyShape(product, BinaryPrimitives.ReadInt64LittleEndian(bytes));
            }
        }

        reader.SkipTo(end);
        return product;
    }

    private static long? Multiply(long? elements, ulong dimension)
    {
        var product = (UInt128)(elements ?? long.MaxValue) * dimension;
        return elements is not null && product <= long.MaxValue ? (long)product : null;
    }
}
