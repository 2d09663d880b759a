using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>Stands before the S3 server: slows its answers down, or cuts them off.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private const int BlockBytes = 64 << 10;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly SemaphoreSlim _turns = new(1);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _taking;
    private int _cuts;

    public Proxy(Uri server)
    {
        _server = server;
        _listener.Start();
        _taking = TakeAllAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>How many bytes of answers a second has, over all connections.</summary>
    public int? BytesPerSecond { get; set; }

    /// <summary>After how many bytes of its answers a connection is cut.</summary>
    public long CutAfter { get; set; } = long.MaxValue;

    /// <summary>How many were.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _taking;
        await Task.WhenAll(_connections);
        _turns.Dispose();
        _end.Dispose();
    }

    private async Task TakeAllAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ConnectAsync(await _listener.AcceptTcpClientAsync()));
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task ConnectAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var server = new TcpClient();
                await server.ConnectAsync(_server.Host, _server.Port, _end.Token);
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), _end.Token), AnswerAsync(server.GetStream(), client.GetStream()));
            }
            catch (Exception end) when (end is IOException or SocketException or OperationCanceledException)
            {
                // One of the two has gone.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[BlockBytes];
        var total = 0L;
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
        {
            if (BytesPerSecond is { } rate)
            {
                await _turns.WaitAsync(_end.Token);
                await Task.Delay(TimeSpan.FromSeconds((double)read / rate), TimeProvider.System, _end.Token);
                _turns.Release();
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            total += read;
            if (total >= CutAfter)
            {
                Interlocked.Increment(ref _cuts);
                return;
            }
        }
    }
}
