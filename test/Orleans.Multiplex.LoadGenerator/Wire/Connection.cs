using System.Net;
using System.Net.Sockets;

namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>A connection with one request at a time; nothing of it waits once it is open.</summary>
internal abstract class Connection : IDisposable
{
    private byte[] _out = [];
    private int _outStart;
    private int _outEnd;
    private byte[] _in = new byte[16 << 10];
    private int _inStart;
    private int _inEnd;

    protected Connection(IPEndPoint server)
    {
        Socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            Socket.Connect(server);
        }
        catch
        {
            Socket.Dispose();
            throw;
        }
    }

    public Socket Socket { get; }

    /// <summary>The call that is under way; null when none is.</summary>
    public PreparedCall? Call { get; private set; }

    /// <summary>When it was meant to be sent.</summary>
    public long MeantAt { get; private set; }

    /// <summary>Whether bytes wait for room in the socket.</summary>
    public bool IsWriting => _outEnd > _outStart;

    protected ReadOnlySpan<byte> Received => _in.AsSpan(_inStart, _inEnd - _inStart);

    public void Send(PreparedCall call, long meantAt)
    {
        Call = call;
        MeantAt = meantAt;
        Send(call);
    }

    /// <summary>Takes in what has come.</summary>
    /// <returns>Whether the connection is still open.</returns>
    public bool Receive()
    {
        if (_in.Length - _inEnd < _in.Length / 2)
        {
            MakeRoom();
        }

        var count = Socket.Receive(_in.AsSpan(_inEnd), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        _inEnd += count;
        return error == SocketError.Success && count > 0;
    }

    /// <summary>Reads the answer, when all of it is there; it counts until the next <see cref="Receive"/>.</summary>
    public abstract bool TryRead(out Answer answer);

    public void EndCall() => Call = null;

    /// <summary>Writes what waits, as far as there is room.</summary>
    /// <returns>Whether the connection is still open.</returns>
    public bool Flush()
    {
        while (_outEnd > _outStart)
        {
            var count = Socket.Send(_out.AsSpan(_outStart, _outEnd - _outStart), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (error != SocketError.Success)
            {
                return false;
            }

            _outStart += count;
        }

        _outStart = _outEnd = 0;
        return true;
    }

    public void Dispose()
    {
        Socket.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract void Send(PreparedCall call);

    protected Span<byte> Reserve(int count)
    {
        if (_out.Length - _outEnd < count)
        {
            Array.Resize(ref _out, Math.Max(_out.Length * 2, _outEnd + count));
        }

        _outEnd += count;
        return _out.AsSpan(_outEnd - count, count);
    }

    protected void Consume(int count)
    {
        _inStart += count;
        if (_inStart == _inEnd)
        {
            _inStart = _inEnd = 0;
        }
    }

    private void MakeRoom()
    {
        var left = _inEnd - _inStart;
        var target = left > _in.Length / 2 ? new byte[_in.Length * 2] : _in;
        Buffer.BlockCopy(_in, _inStart, target, 0, left);
        (_in, _inStart, _inEnd) = (target, 0, left);
    }
}
