using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf.Reflection;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>
/// What the objects of a message take in memory once it is parsed, beside the bytes that came: two bytes on the wire may become an object of a hundred.
/// Told from the encoded message, before there are any. What a tensor's bytes take is theirs on the wire, and weighs nothing here.
/// </summary>
internal static class MessageWeight
{
    /// <summary>The length of what stands before a message: whether it is compressed, and how long it is.</summary>
    public const int HeadLength = 5;

    // Upper bounds: a message object with its place in a list or a map, and any other field.
    private const int MessageBytes = 192;
    private const int FieldBytes = 96;

    // An element of a packed list may be a byte there and eight here, in an array that has grown by doubling.
    private const int ListFactor = 16;

    /// <summary>Weighs the message at the beginning of what has arrived.</summary>
    /// <param name="arrived">What has arrived, from the message's head on.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="weight">How many bytes its objects take. Of a message that is not well-formed, those before the fault.</param>
    /// <returns>False while the message is not whole.</returns>
    public static bool TryWeigh(in ReadOnlySequence<byte> arrived, MessageDescriptor type, out long weight)
    {
        weight = 0;
        var reader = new SequenceReader<byte>(arrived);
        Span<byte> head = stackalloc byte[HeadLength];
        if (!reader.TryCopyTo(head))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        reader.Advance(HeadLength);
        if (reader.Remaining < length)
        {
            return false;
        }

        Weigh(ref reader, HeadLength + length, type, ref weight);
        return true;
    }

    // False at what is not well-formed, at which the parser stops as well.
    private static bool Weigh(ref SequenceReader<byte> reader, long end, MessageDescriptor type, ref long weight)
    {
        weight += MessageBytes;
        while (reader.Consumed < end)
        {
            if (!TryReadVarint(ref reader, out var tag))
            {
                return false;
            }

            // A field that is unknown is passed over by the parser too.
            var field = type.FindFieldByNumber((int)(tag >> 3));
            weight += field is null ? 0 : FieldBytes;
            if (!Pass(ref reader, end, tag & 7, field, ref weight))
            {
                return false;
            }
        }

        return reader.Consumed == end;
    }

    private static bool Pass(ref SequenceReader<byte> reader, long end, ulong encoding, FieldDescriptor? field, ref long weight)
    {
        switch (encoding)
        {
            case 0:
                return TryReadVarint(ref reader, out _);
            case 1:
                return TryAdvance(ref reader, end, sizeof(ulong));
            case 5:
                return TryAdvance(ref reader, end, sizeof(uint));
            case 2:
                if (!TryReadVarint(ref reader, out var length) || reader.Consumed > end || length > (ulong)(end - reader.Consumed))
                {
                    return false;
                }

                if (field is { FieldType: FieldType.Message })
                {
                    return Weigh(ref reader, reader.Consumed + (long)length, field.MessageType, ref weight);
                }

                weight += (long)length * FactorOf(field);
                return TryAdvance(ref reader, end, (long)length);
            default:
                return false;
        }
    }

    private static int FactorOf(FieldDescriptor? field) => field switch
    {
        null or { FieldType: FieldType.Bytes } => 0,
        { FieldType: FieldType.String } => sizeof(char),
        _ => ListFactor,
    };

    private static bool TryAdvance(ref SequenceReader<byte> reader, long end, long count)
    {
        if (count > end - reader.Consumed)
        {
            return false;
        }

        reader.Advance(count);
        return true;
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong number)
    {
        number = 0;
        for (var shift = 0; shift < 70 && reader.TryRead(out var part); shift += 7)
        {
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
