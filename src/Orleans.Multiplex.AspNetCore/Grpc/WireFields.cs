namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>The fields of an encoded message, one after the other, in place.</summary>
/// <param name="message">The message.</param>
internal ref struct WireFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The field's number.</summary>
    public int Number { get; private set; }

    /// <summary>How its value is encoded.</summary>
    public Encoding Kind { get; private set; }

    /// <summary>Its value without tag and length. A number that is not packed is a packed list of one.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The encodings of the wire format; groups, which nothing uses any more, are none of them.</summary>
    internal enum Encoding
    {
        Varint = 0,
        Fixed64 = 1,
        Delimited = 2,
        Fixed32 = 5,
    }

    /// <summary>Goes to the next field; false at the end.</summary>
    /// <exception cref="InvalidDataException">The message is cut off or not encoded as it must be.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint(ref _rest);
        (Number, Kind) = ((int)(tag >> 3), (Encoding)(tag & 7));
        ulong length = Kind switch
        {
            Encoding.Varint => LengthOfVarint(_rest),
            Encoding.Fixed64 => sizeof(ulong),
            Encoding.Delimited => ReadVarint(ref _rest),
            Encoding.Fixed32 => sizeof(uint),
            _ => throw Malformed(),
        };
        if (Number <= 0 || length > (ulong)_rest.Length)
        {
            throw Malformed();
        }

        Value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    /// <summary>Takes a number off the front of a packed list.</summary>
    /// <exception cref="InvalidDataException">It is cut off, or longer than any number.</exception>
    public static ulong ReadVarint(ref ReadOnlySpan<byte> list)
    {
        var number = 0UL;
        for (var i = 0; i < list.Length && i < 10; i++)
        {
            number |= (ulong)(list[i] & 0x7F) << (7 * i);
            if (list[i] < 0x80)
            {
                list = list[(i + 1)..];
                return number;
            }
        }

        throw Malformed();
    }

    private static ulong LengthOfVarint(ReadOnlySpan<byte> list)
    {
        var before = list.Length;
        ReadVarint(ref list);
        return (ulong)(before - list.Length);
    }

    private static InvalidDataException Malformed() => new("The message is cut off or not encoded as it must be.");
}
