using System.Net;
using System.Net.Sockets;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>Takes connections and answers nothing.</summary>
internal sealed class DeafServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _taking;
    private int _most;

    public DeafServer()
    {
        _listener.Start();
        _taking = TakeAllAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>The most connections that there were at once.</summary>
    public int Most => Volatile.Read(ref _most);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _taking;
    }

    private async Task TakeAllAsync()
    {
        var open = new List<Socket>();
        try
        {
            while (true)
            {
                open.Add(await _listener.AcceptSocketAsync());

                // Who opens one after he has closed another is known here to have closed it.
                foreach (var closed in open.Where(IsClosed).ToList())
                {
                    open.Remove(closed);
                    closed.Dispose();
                }

                Volatile.Write(ref _most, Math.Max(_most, open.Count));
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            open.ForEach(static socket => socket.Dispose());
        }
    }

    private static bool IsClosed(Socket socket)
    {
        var buffer = new byte[4096];
        while (socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            try
            {
                if (socket.Receive(buffer) == 0)
                {
                    return true;
                }
            }
            catch (SocketException)
            {
                return true;
            }
        }

        return false;
    }
}
