using System.Collections.Immutable;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>Reads the inputs and outputs that a graph declares.</summary>
internal sealed class TypeWalk(WireReader reader)
{
    private const int MaxRank = 64;
    private const int MaxDepth = 16;

    /// <summary>Reads an input or output.</summary>
    public ValueSpec ReadValue(long end)
    {
        var name = "";
        var type = ValueType.Unknown;
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Bytes):
                    name = reader.ReadText(end, TensorWalk.MaxNameBytes);
                    break;
                case (2, WireType.Bytes):
                    type = ReadType(reader.ReadEnd(end), 0);
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        return new ValueSpec(name, type.Kind, type.Element, type.Shape, type.IsOptional, type.Key);
    }

    private ValueType ReadType(long end, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException($"a type in it is nested deeper than {MaxDepth}.");
        }

        var type = ValueType.Unknown;
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Bytes):
                    type = ReadTensor(reader.ReadEnd(end));
                    break;
                case (4, WireType.Bytes):
                    type = ValueType.SequenceOf(ReadElement(reader.ReadEnd(end), 1, depth + 1));
                    break;
                case (5, WireType.Bytes):
                    type = ReadMap(reader.ReadEnd(end), depth + 1);
                    break;
                case (9, WireType.Bytes):
                    type = ReadElement(reader.ReadEnd(end), 1, depth + 1) with { IsOptional = true };
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        return type;
    }

    /// <summary>Reads the type that lies in a field of a type.</summary>
    private ValueType ReadElement(long end, int field, int depth)
    {
        var element = ValueType.Unknown;
        while (reader.TryReadTag(end, out var tag))
        {
            if (tag == new WireTag(field, WireType.Bytes))
            {
                element = ReadType(reader.ReadEnd(end), depth);
            }
            else
            {
                reader.Skip(tag, end);
            }
        }

        return element;
    }

    private ValueType ReadMap(long end, int depth)
    {
        TensorType? key = null;
        var value = ValueType.Unknown;
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Varint):
                    key = ElementTypes.FromOnnx(reader.ReadVarint(end));
                    break;
                case (2, WireType.Bytes):
                    value = ReadType(reader.ReadEnd(end), depth);
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        return ValueType.Map(key, value);
    }

    private ValueType ReadTensor(long end)
    {
        TensorType? element = null;
        var shape = default(ImmutableArray<long>);
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Varint):
                    element = ElementTypes.FromOnnx(reader.ReadVarint(end));
                    break;
                case (2, WireType.Bytes):
                    shape = ReadShape(reader.ReadEnd(end));
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        return new ValueType(ValueKind.Tensor, element, shape, IsOptional: false);
    }

    private ImmutableArray<long> ReadShape(long end)
    {
        var shape = ImmutableArray.CreateBuilder<long>();
        while (reader.TryReadTag(end, out var tag))
        {
            if (tag != new WireTag(1, WireType.Bytes))
            {
                reader.Skip(tag, end);
                continue;
            }

            shape.Add(ReadDimension(reader.ReadEnd(end)));
            if (shape.Count > MaxRank)
            {
                throw new InvalidDataException($"an input or output has more than {MaxRank} dimensions.");
            }
        }

        return shape.ToImmutable();
    }

    private long ReadDimension(long end)
    {
        var dimension = -1L;
        while (reader.TryReadTag(end, out var tag))
        {
            if (tag == new WireTag(1, WireType.Varint))
            {
                // Some exporters write −1, which the format does not have, for a dimension of any size.
                dimension = Math.Max((long)reader.ReadVarint(end), -1);
            }
            else
            {
                reader.Skip(tag, end);
            }
        }

        return dimension;
    }

    private readonly record struct ValueType(
        ValueKind Kind, TensorType? Element, ImmutableArray<long> Shape, bool IsOptional, TensorType? Key = null)
    {
        public static ValueType Unknown { get; } = new(ValueKind.Other, null, default, IsOptional: false);

        public static ValueType SequenceOf(ValueType element) => element.Kind switch
        {
            ValueKind.Tensor => new ValueType(ValueKind.SequenceOfTensors, element.Element, element.Shape, IsOptional: false),
            ValueKind.Map => new ValueType(ValueKind.SequenceOfMaps, element.Element, default, IsOptional: false, element.Key),
            _ => Unknown,
        };

        public static ValueType Map(TensorType? key, ValueType value) =>
            value.Kind == ValueKind.Tensor ? new ValueType(ValueKind.Map, value.Element, default, IsOptional: false, key) : Unknown;
    }
}
