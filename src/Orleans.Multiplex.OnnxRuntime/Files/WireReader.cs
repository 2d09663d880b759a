using System.Text;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// Reads protobuf's wire format from a stream, forwards, in a buffer of fixed size. What is skipped is not read: a file of gigabytes of
/// weights costs some seeks. (Google's reader would read every byte, and has no public way to walk into a message.)
/// </summary>
/// <remarks>Whatever the bytes are, the reader stays inside the bounds given and ends in <see cref="InvalidDataException"/>.</remarks>
internal sealed class WireReader(Stream stream, CancellationToken cancellationToken)
{
    private const int MaxGroupDepth = 32;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private long _bufferStart;
    private int _bufferLength;

    /// <summary>The length of the whole file.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>The place of the next byte to read.</summary>
    public long Position { get; private set; }

    /// <summary>Where the field begins whose tag was read last.</summary>
    public long TagStart { get; private set; }

    /// <summary>Reads the tag of the next field of a message that ends at <paramref name="end"/>; false at its end.</summary>
    public bool TryReadTag(long end, out WireTag tag)
    {
        if (Position == end)
        {
            tag = default;
            return false;
        }

        TagStart = Position;
        var raw = ReadVarint(end);
        tag = new WireTag((int)(raw >> 3), (WireType)(raw & 7));
        return raw is > 7 and <= uint.MaxValue
            ? true
            : throw Broken($"there is no field of number {raw >> 3}");
    }

    public ulong ReadVarint(long end)
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = ReadByte(end);
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken("a number has more than ten bytes");
    }

    /// <summary>Reads the length of a message, text or byte string; returns where it ends.</summary>
    public long ReadEnd(long end)
    {
        var length = ReadVarint(end);
        return length <= (ulong)(end - Position)
            ? Position + (long)length
            : throw Broken($"{length} bytes should follow and there are {end - Position}; the file is cut off or no protobuf");
    }

    /// <summary>Reads text of at most <paramref name="maxBytes"/> bytes; longer text is passed over and gives null.</summary>
    public string? ReadTextOrSkip(long end, int maxBytes)
    {
        var textEnd = ReadEnd(end);
        if (textEnd - Position > maxBytes)
        {
            SkipTo(textEnd);
            return null;
        }

        var bytes = new byte[textEnd - Position];
        ReadExactly(bytes, textEnd);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Reads text of at most <paramref name="maxBytes"/> bytes.</summary>
    public string ReadText(long end, int maxBytes) =>
        ReadTextOrSkip(end, maxBytes) ?? throw new InvalidDataException($"a name in it has more than {maxBytes} bytes.");

    /// <summary>Reads as many bytes as the span has.</summary>
    public void ReadExactly(Span<byte> bytes, long end)
    {
        while (!bytes.IsEmpty)
        {
            var available = Fill(end);
            var count = Math.Min(available.Length, bytes.Length);
            available[..count].CopyTo(bytes);
            bytes = bytes[count..];
            Position += count;
        }
    }

    /// <summary>The number of varints that lie one behind the other up to <paramref name="end"/>, which are passed over.</summary>
    public long CountVarints(long end)
    {
        var count = 0L;
        while (Position < end)
        {
            var available = Fill(end);
            foreach (var next in available)
            {
                count += next < 0x80 ? 1 : 0;
            }

            Position += available.Length;
        }

        return count;
    }

    /// <summary>Passes over everything up to a place ahead.</summary>
    public void SkipTo(long position) => Position = position;

    /// <summary>Passes over the value of a field.</summary>
    public void Skip(WireTag tag, long end, int groupDepth = 0)
    {
        switch (tag.Type)
        {
            case WireType.Varint:
                ReadVarint(end);
                break;
            case WireType.Fixed64:
                SkipBytes(sizeof(ulong), end);
                break;
            case WireType.Bytes:
                SkipTo(ReadEnd(end));
                break;
            case WireType.GroupStart when groupDepth < MaxGroupDepth:
                SkipGroup(tag.Field, end, groupDepth + 1);
                break;
            case WireType.Fixed32:
                SkipBytes(sizeof(uint), end);
                break;
            default:
                throw Broken($"a field of wire type {(int)tag.Type} cannot be here");
        }
    }

    public InvalidDataException Broken(string fault) => new($"it is no ONNX model, or is damaged: at byte {Position}, {fault}.");

    private void SkipGroup(int field, long end, int depth)
    {
        while (TryReadTag(end, out var tag))
        {
            if (tag.Type == WireType.GroupEnd && tag.Field == field)
            {
                return;
            }

            Skip(tag, end, depth);
        }

        throw Broken("a group does not end");
    }

    private void SkipBytes(int count, long end)
    {
        if (count > end - Position)
        {
            throw Broken("the file is cut off");
        }

        Position += count;
    }

    private byte ReadByte(long end)
    {
        var next = Fill(end)[0];
        Position++;
        return next;
    }

    /// <summary>The buffered bytes from the position on, at least one and none behind the end.</summary>
    private ReadOnlySpan<byte> Fill(long end)
    {
        if (Position >= end)
        {
            throw Broken("the file is cut off");
        }

        var offset = Position - _bufferStart;
        if (offset < 0 || offset >= _bufferLength)
        {
            cancellationToken.ThrowIfCancellationRequested();
            stream.Position = Position;
            _bufferStart = Position;
            _bufferLength = stream.ReadAtLeast(_buffer, 1, throwOnEndOfStream: false);
            offset = 0;
            if (_bufferLength == 0)
            {
                throw Broken("the file became shorter while it was read");
            }
        }

        var available = _buffer.AsSpan((int)offset, _bufferLength - (int)offset);
        return available.Length > end - Position ? available[..(int)(end - Position)] : available;
    }
}
