using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Reads the elements of a tensor of text: each becomes its bytes behind their number.</summary>
internal static class TextElements
{
    /// <summary>Reads the array at which the reader is, and leaves the reader at its end.</summary>
    public static ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, int expected, ImmutableArray<long> shape, string name, ReadScope scope)
    {
        var start = reader;
        var end = reader;
        end.Skip();

        // The text has two quotes and (but for the last) a comma beside each element, whose bytes are never more than their JSON.
        // So one byte more for each holds its length too. More elements than expected are a fault before they get past the buffer.
        var capacity = end.BytesConsumed - start.BytesConsumed + expected;
        scope.Take(capacity);
        var data = GC.AllocateUninitializedArray<byte>((int)capacity);
        var written = 0;
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
                if (next == expected)
                {
                    throw TensorReader.CountFault(ref start, expected, shape, name, scope);
                }

                written += ReadElement(ref reader, data.AsSpan(written), next, name, scope);
                next++;
            }
        }

        if (next != expected)
        {
            throw TensorReader.CountFault(ref start, expected, shape, name, scope);
        }

        return data.AsMemory(0, written);
    }

    private static int ReadElement(ref Utf8JsonReader reader, Span<byte> target, int index, string name, ReadScope scope)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw scope.Fault(name, $"element {index} is {ReadScope.Excerpt(ref reader)}; BYTES takes strings.");
        }

        var length = 0;
        try
        {
            length = reader.CopyString(target[sizeof(uint)..]);
        }
        catch (InvalidOperationException)
        {
            throw scope.Fault(name, $"element {index} is not valid UTF-8 text.");
        }

        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)length);
        return sizeof(uint) + length;
    }
}
