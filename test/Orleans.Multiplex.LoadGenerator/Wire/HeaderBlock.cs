using System.Buffers.Text;

namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>
/// Reads the headers of an answer over HTTP/2. The server was told to keep no table, so each is one of the fixed ones or stands there itself.
/// </summary>
internal static class HeaderBlock
{
    private const int FirstStatus = 8;
    private const int RetryAfter = 53;
    private static readonly int[] FixedStatuses = [200, 204, 206, 304, 400, 404, 500];

    public static void Read(ReadOnlySpan<byte> block, ref int status, ref int rpcStatus, ref bool hasRetryAfter)
    {
        while (!block.IsEmpty)
        {
            var first = block[0];
            if ((first & 0x80) != 0)
            {
                var index = ReadNumber(ref block, 7);
                if (index is >= FirstStatus and <= 14)
                {
                    status = FixedStatuses[index - FirstStatus];
                }

                continue;
            }

            if ((first & 0xE0) == 0x20)
            {
                ReadNumber(ref block, 5);
                continue;
            }

            var name = ReadNumber(ref block, (first & 0x40) != 0 ? 6 : 4);
            var text = name == 0 ? ReadText(ref block) : default;
            var value = ReadText(ref block);
            if (name is >= FirstStatus and <= 14 || text.SequenceEqual(":status"u8))
            {
                _ = Utf8Parser.TryParse(value, out status, out _);
            }
            else if (text.SequenceEqual("grpc-status"u8))
            {
                _ = Utf8Parser.TryParse(value, out rpcStatus, out _);
            }
            else
            {
                hasRetryAfter |= name == RetryAfter || text.SequenceEqual("retry-after"u8);
            }
        }
    }

    private static ReadOnlySpan<byte> ReadText(ref ReadOnlySpan<byte> block)
    {
        var isCoded = (block[0] & 0x80) != 0;
        var length = ReadNumber(ref block, 7);
        var text = block[..length];
        block = block[length..];
        return isCoded ? default : text;
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block, int bits)
    {
        var most = (1 << bits) - 1;
        var number = block[0] & most;
        block = block[1..];
        if (number < most)
        {
            return number;
        }

        for (var shift = 0; ; shift += 7)
        {
            var next = block[0];
            block = block[1..];
            number += (next & 127) << shift;
            if (next < 128)
            {
                return number;
            }
        }
    }
}
