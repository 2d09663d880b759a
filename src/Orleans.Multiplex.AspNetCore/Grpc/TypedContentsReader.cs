using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>Reads typed contents (an encoded <c>InferTensorContents</c>) straight into the bytes of a tensor.</summary>
internal static class TypedContentsReader
{
    /// <summary>Reads the elements of an input.</summary>
    /// <param name="contents">The encoded message.</param>
    /// <param name="type">The element type.</param>
    /// <param name="expected">The number of elements that the shape asks for.</param>
    /// <param name="name">The input, for the error.</param>
    /// <param name="scope">What the bytes are charged to.</param>
    /// <exception cref="InvalidInputException">The elements are not of this type or not as many, or one is out of its type's range.</exception>
    public static byte[] Read(ByteString contents, TensorType type, long expected, string name, ReadScope scope)
    {
        var field = TypedFields.Find(type)
            ?? throw scope.Fault(name, $"its datatype is {type.GetProtocolName()}, which has no typed contents; send it in raw_input_contents.");
        try
        {
            // 1 Count, so that a wrong shape allocates nothing.
            var (count, textBytes) = Measure(contents.Span, field, type, name, scope);
            if (count != expected)
            {
                throw scope.Fault(name, $"its contents have {count} elements; its shape asks for {expected}.");
            }

            // 2 Charge.
            var length = type == TensorType.String ? textBytes + (count * sizeof(uint)) : type.GetByteLength(count);
            scope.Take(length);

            // 3 Fill.
            var data = GC.AllocateUninitializedArray<byte>((int)length);
            Fill(contents.Span, field, type, data, name, scope);
            return data;
        }
        catch (InvalidDataException)
        {
            throw scope.Fault(name, "its contents are no valid InferTensorContents.");
        }
    }

    private static (long Count, long TextBytes) Measure(ReadOnlySpan<byte> contents, int field, TensorType type, string name, ReadScope scope)
    {
        var (count, bytes) = (0L, 0L);
        for (var fields = new WireFields(contents); fields.MoveNext();)
        {
            if (fields.Number == field)
            {
                count += CountElements(fields, type);
                bytes += fields.Value.Length;
            }
            else if (TypedFields.NameOf(fields.Number) is { } other)
            {
                throw scope.Fault(name, $"it has {other}; elements of type {type.GetProtocolName()} go into {TypedFields.NameOf(field)}.");
            }
        }

        return (count, bytes);
    }

    private static long CountElements(WireFields field, TensorType type)
    {
        var kind = type switch
        {
            TensorType.Float32 => WireFields.Encoding.Fixed32,
            TensorType.Float64 => WireFields.Encoding.Fixed64,
            TensorType.String => WireFields.Encoding.Delimited,
            _ => WireFields.Encoding.Varint,
        };
        if (field.Kind != kind && field.Kind != WireFields.Encoding.Delimited)
        {
            throw new InvalidDataException();
        }

        if (kind == WireFields.Encoding.Delimited)
        {
            return 1;
        }

        if (kind == WireFields.Encoding.Varint)
        {
            var ends = 0L;
            foreach (var part in field.Value)
            {
                ends += part < 0x80 ? 1 : 0;
            }

            return ends;
        }

        var (count, rest) = Math.DivRem(field.Value.Length, (int)type.GetByteLength(1));
        return rest == 0 ? count : throw new InvalidDataException();
    }

    private static void Fill(ReadOnlySpan<byte> contents, int field, TensorType type, Span<byte> target, string name, ReadScope scope)
    {
        var element = 0;
        for (var fields = new WireFields(contents); fields.MoveNext();)
        {
            if (fields.Number != field)
            {
                continue;
            }

            switch (type)
            {
                case TensorType.String:
                    BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)fields.Value.Length);
                    fields.Value.CopyTo(target[sizeof(uint)..]);
                    target = target[(sizeof(uint) + fields.Value.Length)..];
                    break;
                case TensorType.Float32 or TensorType.Float64:
                    // Packed floating-point numbers lie on the wire as they lie in a tensor.
                    fields.Value.CopyTo(target);
                    target = target[fields.Value.Length..];
                    break;
                default:
                    for (var list = fields.Value; !list.IsEmpty; element++)
                    {
                        var number = WireFields.ReadVarint(ref list);
                        if (!TryPut(target, element, type, number))
                        {
                            var text = TypedFields.Find(type) == 2 ? $"{(int)number}" : $"{(uint)number}";
                            throw scope.Fault(name, $"element {element} is {text}, which is out of the range of {type.GetProtocolName()}.");
                        }
                    }

                    break;
            }
        }
    }

    // The protocol has 8- and 16-bit integers in fields of 32 bits, and protobuf reads those from the low half of the number.
    private static bool TryPut(Span<byte> target, int i, TensorType type, ulong number)
    {
        switch (type)
        {
            case TensorType.Bool:
                target[i] = number != 0 ? (byte)1 : (byte)0;
                return true;
            case TensorType.Int8:
                target[i] = (byte)number;
                return (int)number == (sbyte)number;
            case TensorType.UInt8:
                target[i] = (byte)number;
                return (uint)number == (byte)number;
            case TensorType.Int16:
                MemoryMarshal.Cast<byte, short>(target)[i] = (short)number;
                return (int)number == (short)number;
            case TensorType.UInt16:
                MemoryMarshal.Cast<byte, ushort>(target)[i] = (ushort)number;
                return (uint)number == (ushort)number;
            case TensorType.Int32 or TensorType.UInt32:
                MemoryMarshal.Cast<byte, uint>(target)[i] = (uint)number;
                return true;
            default:
                MemoryMarshal.Cast<byte, ulong>(target)[i] = number;
                return true;
        }
    }
}
