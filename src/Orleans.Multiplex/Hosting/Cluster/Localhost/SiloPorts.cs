using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Multiplex.Hosting.Cluster.Localhost;

/// <summary>
/// The two ports of this silo, held until it is disposed or its process ends.
/// </summary>
/// <remarks>
/// Orleans listens in a way that lets a second silo take the same port without an error, after which connections go to either. So a port is
/// taken only when nobody listens there, which an exclusive bind finds out, and when its lock file is free, which covers the time from here until
/// Orleans listens. Processes with another folder do not see that lock: for them the UDP port of the same number is held, which nobody else uses
/// and which two cannot have. All of it happens under one lock of the folder, so that a look at a lock is never taken for a holder. As long as a silo's
/// lock is held its process lives, which is how <see cref="HasEnded"/> knows.
/// </remarks>
internal sealed class SiloPorts : IDisposable
{
    private const int FirstSilo = 11111;
    private const int FirstGateway = 30000;
    private const int Candidates = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<IDisposable> _held = [];

    private SiloPorts(string directory, IPAddress address) => (Directory, Address) = (directory, address);

    public string Directory { get; }

    /// <summary>Where the silo listens.</summary>
    public IPAddress Address { get; }

    public int Silo { get; private set; }

    public int Gateway { get; private set; }

    /// <summary>The file whose lock is needed to read or change what the folder says.</summary>
    public static string FolderLock(string directory) => Path.Combine(directory, "folder.lock");

    /// <exception cref="InvalidOperationException">A given port is taken, or no port is free; the message names the setting and the remedy.</exception>
    public static SiloPorts Take(MultiplexClusterOptions options, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var ports = new SiloPorts(
            SharedFolder.Open(options.Directory), options.Address is { } address ? IPAddress.Parse(address) : IPAddress.Loopback);
        try
        {
            using var folder = LockFile.Take(FolderLock(ports.Directory), Patience, time, cancellationToken);
            ports.Silo = ports.TakeOne(nameof(options.SiloPort), options.SiloPort, FirstSilo);
            ports.Gateway = ports.TakeOne(nameof(options.GatewayPort), options.GatewayPort, FirstGateway);
            return ports;
        }
        catch
        {
            ports.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether the process of <paramref name="silo"/>, a silo of this machine, has ended. The caller has the folder's lock.
    /// </summary>
    public bool HasEnded(SiloAddress silo, SiloAddress local)
    {
        if (silo.Endpoint.Port == local.Endpoint.Port)
            return !silo.Equals(local);

        using var free = LockFile.TryTake(PortLock(silo.Endpoint.Port));
        return free is not null;
    }

    public void Dispose() => _held.ForEach(held => held.Dispose());

    [SuppressMessage("Reliability", "CA2000", Justification = "What is held is this object's; Dispose releases it.")]
    private int TakeOne(string setting, int given, int first)
    {
        foreach (var port in given == 0 ? Enumerable.Range(first, Candidates) : [given])
        {
            if (!CanListen(port) || LockFile.TryTake(PortLock(port)) is not { } held)
                continue;

            if (TryHoldDatagrams(port) is not { } datagrams)
            {
                held.Dispose();
                continue;
            }

            _held.AddRange([held, datagrams]);
            return port;
        }

        var name = $"{MultiplexClusterOptions.SectionName}:{setting}";
        throw new InvalidOperationException(given == 0
            ? $"No port of {Address} from {first} to {first + Candidates - 1} is free. Give a free one in {name}."
            : $"Port {given}, given in {name}, cannot be used on {Address}: it is taken by another process, not permitted to this user, "
                + "or the address is not one of this machine. Give another port, or 0 for any free one.");
    }

    private bool CanListen(int port)
    {
        using var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(Address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Socket? TryHoldDatagrams(int port)
    {
        var socket = new Socket(Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(new IPEndPoint(Address, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private string PortLock(int port) => Path.Combine(Directory, $"port-{port}.lock");
}
