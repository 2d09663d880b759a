using System.Buffers.Text;
using System.Net;
using System.Text;

namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>HTTP/1.1, kept alive.</summary>
internal sealed class Http1Connection : Connection
{
    private byte[] _joined = [];

    public Http1Connection(IPEndPoint server)
        : base(server) => Socket.Blocking = false;

    public override bool TryRead(out Answer answer)
    {
        answer = default;
        var received = Received;
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var head = received[..(end + 2)];
        var rest = received[(end + 4)..];
        if (!Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _))
        {
            throw new InvalidDataException("The server does not speak HTTP/1.1.");
        }

        var (length, isChunked, hasRetryAfter) = ReadHeaders(head);
        ReadOnlySpan<byte> body;
        int taken;
        if (isChunked)
        {
            if (!TryJoin(rest, out taken, out body))
            {
                return false;
            }
        }
        else if (rest.Length < length)
        {
            return false;
        }
        else
        {
            body = rest[..length];
            taken = length;
        }

        answer = new Answer { Status = status, RpcStatus = Answer.NoRpc, HasRetryAfter = hasRetryAfter, Body = body };
        Consume(end + 4 + taken);
        return true;
    }

    protected override void Send(PreparedCall call)
    {
        call.Bytes.CopyTo(Reserve(call.Bytes.Length));
        Flush();
    }

    private static (int Length, bool IsChunked, bool HasRetryAfter) ReadHeaders(ReadOnlySpan<byte> head)
    {
        var (length, isChunked, hasRetryAfter) = (0, false, false);
        head = head[(head.IndexOf((byte)'\n') + 1)..];
        while (!head.IsEmpty)
        {
            var line = head[..head.IndexOf((byte)'\r')];
            head = head[(line.Length + 2)..];
            switch (line[0] | 0x20)
            {
                case 'c' when Is(line, "content-length:"u8):
                    _ = Utf8Parser.TryParse(line["content-length:".Length..].TrimStart((byte)' '), out length, out _);
                    break;
                case 't' when Is(line, "transfer-encoding:"u8):
                    isChunked = true;
                    break;
                case 'r' when Is(line, "retry-after:"u8):
                    hasRetryAfter = true;
                    break;
                default:
                    break;
            }
        }

        return (length, isChunked, hasRetryAfter);
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) => line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name);

    /// <summary>Puts the chunks together; one alone stays where it is.</summary>
    private bool TryJoin(ReadOnlySpan<byte> chunks, out int taken, out ReadOnlySpan<byte> body)
    {
        taken = 0;
        body = default;
        var (count, joined) = (0, 0);
        while (true)
        {
            var rest = chunks[taken..];
            var line = rest.IndexOf("\r\n"u8);
            if (line < 0 || !Utf8Parser.TryParse(rest[..line], out int length, out _, 'x') || rest.Length < line + length + 4)
            {
                return false;
            }

            var chunk = rest.Slice(line + 2, length);
            taken += line + length + 4;
            if (length == 0)
            {
                body = count > 1 ? _joined.AsSpan(0, joined) : body;
                return true;
            }

            if (++count == 1)
            {
                body = chunk;
                continue;
            }

            if (count == 2)
            {
                joined = Append(0, body);
            }

            joined = Append(joined, chunk);
        }
    }

    private int Append(int at, ReadOnlySpan<byte> chunk)
    {
        if (_joined.Length < at + chunk.Length)
        {
            Array.Resize(ref _joined, (at + chunk.Length) * 2);
        }

        chunk.CopyTo(_joined.AsSpan(at));
        return at + chunk.Length;
    }
}
