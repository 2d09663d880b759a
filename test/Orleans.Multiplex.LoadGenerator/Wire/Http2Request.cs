using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>A request of HTTP/2: a frame with the headers, none of which is kept in a table, and frames with the body.</summary>
internal static class Http2Request
{
    public const int HeadBytes = 9;
    public const int MaxFrame = 16384;

    public static PreparedCall Prepare(Call call, string host)
    {
        using var bytes = new MemoryStream();
        var places = new List<int>();
        IEnumerable<KeyValuePair<string, string>> headers =
        [
            new(":method", call.Body.IsEmpty ? "GET" : "POST"),
            new(":scheme", "http"),
            new(":path", call.Path),
            new(":authority", host),
            .. call.Headers,
        ];
        if (!call.Body.IsEmpty)
        {
            headers = headers.Append(new("content-length", call.Body.Length.ToString(CultureInfo.InvariantCulture)));
        }

        var block = headers.SelectMany(static header => (byte[])[0, .. Text(header.Key), .. Text(header.Value)]).ToArray();
        Add(FrameType.Headers, block, call.Body.IsEmpty ? FrameFlags.EndHeaders | FrameFlags.EndStream : FrameFlags.EndHeaders);
        for (var at = 0; at < call.Body.Length; at += MaxFrame)
        {
            var part = call.Body[at..Math.Min(at + MaxFrame, call.Body.Length)];
            Add(FrameType.Data, part.Span, at + part.Length == call.Body.Length ? FrameFlags.EndStream : FrameFlags.None);
        }

        return new PreparedCall(call, bytes.ToArray(), [.. places]);

        void Add(FrameType type, ReadOnlySpan<byte> payload, FrameFlags flags)
        {
            Span<byte> head = stackalloc byte[HeadBytes];
            WriteHead(head, type, flags, 0, payload.Length);
            places.Add((int)bytes.Length + 5);
            bytes.Write(head);
            bytes.Write(payload);
        }
    }

    public static void WriteHead(Span<byte> head, FrameType type, FrameFlags flags, int stream, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(head, length << 8);
        head[3] = (byte)type;
        head[4] = (byte)flags;
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
    }

    // A length with a prefix of seven bits, and the text as it is.
    private static byte[] Text(string text)
    {
        var length = text.Length;
        if (length < 127)
        {
            return [(byte)length, .. Encoding.ASCII.GetBytes(text)];
        }

        List<byte> bytes = [127];
        for (length -= 127; length >= 128; length >>= 7)
        {
            bytes.Add((byte)((length & 127) | 128));
        }

        return [.. bytes, (byte)length, .. Encoding.ASCII.GetBytes(text)];
    }
}
