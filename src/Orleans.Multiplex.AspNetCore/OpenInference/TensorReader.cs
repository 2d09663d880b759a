using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Reads the elements of a tensor, nested or flat in row-major order, into a buffer of its own.</summary>
internal static class TensorReader
{
    /// <summary>Reads the array at which the reader is, and leaves the reader at its end.</summary>
    public static Tensor Read(ref Utf8JsonReader reader, string name, TensorType type, ImmutableArray<long> shape, ReadScope scope)
    {
        if (!JsonTypes.IsCarried(type))
        {
            throw scope.Fault(
                name, $"its datatype is \"{type.GetProtocolName()}\"; JSON carries {JsonTypes.Names}. Send it as binary data, with \"binary_data_size\".");
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw scope.Fault(name, $"its data is {ReadScope.Excerpt(ref reader)}; it must be an array.");
        }

        var expected = TensorShape.CountElements(shape, name, scope);

        // An element takes a byte of text at least: a shape that asks for more than the body has room for allocates nothing.
        if (expected > scope.BodyLength)
        {
            throw CountFault(ref reader, expected, shape, name, scope);
        }

        var elements = (int)expected;
        if (type == TensorType.String)
        {
            return new Tensor(name, type, shape, TextElements.Read(ref reader, elements, shape, name, scope));
        }

        var length = type.GetByteLength(elements);
        scope.Take(length);
        var data = GC.AllocateUninitializedArray<byte>((int)length);
        switch (type)
        {
            case TensorType.Bool: Fill<bool, BoolElement>(ref reader, data, shape, name, scope); break;
            case TensorType.UInt8: Fill<byte, UInt8Element>(ref reader, data, shape, name, scope); break;
            case TensorType.UInt16: Fill<ushort, UInt16Element>(ref reader, data, shape, name, scope); break;
            case TensorType.UInt32: Fill<uint, UInt32Element>(ref reader, data, shape, name, scope); break;
            case TensorType.UInt64: Fill<ulong, UInt64Element>(ref reader, data, shape, name, scope); break;
            case TensorType.Int8: Fill<sbyte, Int8Element>(ref reader, data, shape, name, scope); break;
            case TensorType.Int16: Fill<short, Int16Element>(ref reader, data, shape, name, scope); break;
            case TensorType.Int32: Fill<int, Int32Element>(ref reader, data, shape, name, scope); break;
            case TensorType.Int64: Fill<long, Int64Element>(ref reader, data, shape, name, scope); break;
            case TensorType.Float16: Fill<Half, Float16Element>(ref reader, data, shape, name, scope); break;
            case TensorType.Float32: Fill<float, Float32Element>(ref reader, data, shape, name, scope); break;
            case TensorType.Float64: Fill<double, Float64Element>(ref reader, data, shape, name, scope); break;
            case TensorType.BFloat16: Fill<BrainFloat, BFloat16Element>(ref reader, data, shape, name, scope); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "JSON carries no elements of this type.");
        }

        return new Tensor(name, type, shape, data);
    }

    /// <summary>The fault that there are more or fewer elements than the shape asks for.</summary>
    /// <param name="data">At the beginning of the data.</param>
    /// <param name="expected">The elements that the shape asks for.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="name">The input.</param>
    /// <param name="scope">The reading.</param>
    public static InvalidInputException CountFault(ref Utf8JsonReader data, long expected, ImmutableArray<long> shape, string name, ReadScope scope)
    {
        var counted = 0L;
        for (var depth = data.CurrentDepth; data.Read() && !(data.TokenType == JsonTokenType.EndArray && data.CurrentDepth == depth);)
        {
            if (data.TokenType is not (JsonTokenType.StartArray or JsonTokenType.EndArray))
            {
                counted++;
                data.Skip();
            }
        }

        return scope.Fault(name, $"its data has {counted} elements; its shape [{string.Join(", ", shape)}] asks for {expected}.");
    }

    private static void Fill<T, TElement>(
        ref Utf8JsonReader reader, byte[] data, ImmutableArray<long> shape, string name, ReadScope scope)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var elements = MemoryMarshal.Cast<byte, T>(data.AsSpan());
        var start = reader;
        var next = 0;
        for (var depth = reader.CurrentDepth; reader.Read();)
        {
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                if (reader.CurrentDepth == depth)
                {
                    break;
                }
            }
            else if (reader.TokenType != JsonTokenType.StartArray)
            {
                if (next == elements.Length)
                {
                    throw CountFault(ref start, elements.Length, shape, name, scope);
                }

                if (!TElement.TryRead(ref reader, out elements[next]))
                {
                    throw scope.Fault(name, $"element {next} is {ReadScope.Excerpt(ref reader)}; {TElement.Expected}.");
                }

                next++;
            }
        }

        if (next != elements.Length)
        {
            throw CountFault(ref start, elements.Length, shape, name, scope);
        }
    }
}
