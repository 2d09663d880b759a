using System.Buffers.Binary;
using System.Net;

namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>HTTP/2 without TLS, with one stream at a time.</summary>
internal sealed class Http2Connection : Connection
{
    private const int Window = 1 << 30;
    private const int FirstWindow = 65535;

    private byte[] _body = [];
    private int _bodyLength;
    private int _stream = -1;
    private int _status;
    private int _rpcStatus;
    private bool _hasRetryAfter;
    private bool _isEnded;
    private bool _isAgreed;
    private int _received;
    private long _maySend = FirstWindow;

    /// <summary>Connects, and agrees on settings.</summary>
    public Http2Connection(IPEndPoint server)
        : base(server)
    {
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.CopyTo(Reserve(24));

        // No table of headers (1), no push (2), and streams without a window that counts (4).
        WriteFrame(FrameType.Settings, FrameFlags.None, 0, [0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 4, 0x40, 0, 0, 0]);
        Widen(Window - FirstWindow);
        while (!_isAgreed)
        {
            if (!Flush() || !Receive())
            {
                throw new IOException("The server does not speak HTTP/2 without TLS.");
            }

            TryRead(out _);
        }

        Flush();
        Socket.Blocking = false;
    }

    public override bool TryRead(out Answer answer)
    {
        answer = default;
        while (!_isEnded && Received.Length >= Http2Request.HeadBytes)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(Received) >>> 8;
            if (Received.Length < Http2Request.HeadBytes + length)
            {
                break;
            }

            var stream = BinaryPrimitives.ReadInt32BigEndian(Received[5..]) & int.MaxValue;
            Read((FrameType)Received[3], (FrameFlags)Received[4], stream, Received.Slice(Http2Request.HeadBytes, length));
            Consume(Http2Request.HeadBytes + length);
        }

        Flush();
        if (!_isEnded)
        {
            return false;
        }

        answer = new Answer { Status = _status, RpcStatus = _rpcStatus, HasRetryAfter = _hasRetryAfter, Body = _body.AsSpan(0, _bodyLength) };
        _isEnded = false;
        return true;
    }

    protected override void Send(PreparedCall call)
    {
        if (call.Call.Body.Length > _maySend)
        {
            throw new NotSupportedException($"The server's window is smaller than a body of {call.Call.Body.Length} bytes.");
        }

        _maySend -= call.Call.Body.Length;
        _stream += 2;
        (_bodyLength, _status, _rpcStatus, _hasRetryAfter) = (0, 0, Answer.NoRpc, false);
        var bytes = Reserve(call.Bytes.Length);
        call.Bytes.CopyTo(bytes);
        foreach (var place in call.StreamPlaces)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes[place..], _stream);
        }

        Flush();
    }

    private void Read(FrameType type, FrameFlags flags, int stream, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case FrameType.Data:
                Take(payload.Length, WithoutPadding(flags, payload));
                _isEnded = flags.HasFlag(FrameFlags.EndStream);
                break;
            case FrameType.Headers when flags.HasFlag(FrameFlags.EndHeaders):
                var block = WithoutPadding(flags, payload);
                HeaderBlock.Read(flags.HasFlag(FrameFlags.HasPriority) ? block[5..] : block, ref _status, ref _rpcStatus, ref _hasRetryAfter);
                _isEnded = flags.HasFlag(FrameFlags.EndStream);
                break;
            case FrameType.Settings when !flags.HasFlag(FrameFlags.Acknowledged):
                WriteFrame(FrameType.Settings, FrameFlags.Acknowledged, 0, []);
                break;
            case FrameType.Settings:
                _isAgreed = true;
                break;
            case FrameType.Ping when !flags.HasFlag(FrameFlags.Acknowledged):
                WriteFrame(FrameType.Ping, FrameFlags.Acknowledged, 0, payload);
                break;
            case FrameType.WindowUpdate when stream == 0:
                _maySend += BinaryPrimitives.ReadInt32BigEndian(payload);
                break;
            case FrameType.Reset:
                // Of an earlier stream it is no news: the server needed no more of its body.
                _isEnded = stream == _stream;
                break;
            case FrameType.GoAway or FrameType.Headers or FrameType.Continuation:
                throw new IOException($"The server sent a frame of type {type}.");
            default:
                break;
        }
    }

    private static ReadOnlySpan<byte> WithoutPadding(FrameFlags flags, ReadOnlySpan<byte> payload) =>
        flags.HasFlag(FrameFlags.Padded) ? payload[1..^payload[0]] : payload;

    private void Take(int length, ReadOnlySpan<byte> body)
    {
        if (_body.Length < _bodyLength + body.Length)
        {
            Array.Resize(ref _body, (_bodyLength + body.Length) * 2);
        }

        body.CopyTo(_body.AsSpan(_bodyLength));
        _bodyLength += body.Length;
        _received += length;
        if (_received > Window / 2)
        {
            Widen(_received);
            _received = 0;
        }
    }

    private void Widen(int by)
    {
        Span<byte> payload = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(payload, by);
        WriteFrame(FrameType.WindowUpdate, FrameFlags.None, 0, payload);
    }

    private void WriteFrame(FrameType type, FrameFlags flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = Reserve(Http2Request.HeadBytes + payload.Length);
        Http2Request.WriteHead(frame, type, flags, stream, payload.Length);
        payload.CopyTo(frame[Http2Request.HeadBytes..]);
    }
}
