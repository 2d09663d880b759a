using System.Net;
using System.Net.Sockets;
using Orleans.Multiplex.Hosting.Cluster.Localhost;
using Xunit;

namespace Orleans.Multiplex.Tests.Hosting;

/// <summary>Real ports: in one collection with the other tests that take some, whose folders, and so whose locks, are others.</summary>
[Collection("loopback ports")]
public sealed class SiloPortsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Take_NothingGiven_TakesFreePortsFromTheUsualOnesOn()
    {
        using var ports = Take();

        Assert.InRange(ports.Silo, 11111, 12110);
        Assert.InRange(ports.Gateway, 30000, 30999);
        Assert.Equal(IPAddress.Loopback, ports.Address);
    }

    [Fact]
    public async Task Take_ManyAtOnce_GivesNoPortTwice()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => Take())));

        var taken = all.SelectMany(ports => new[] { ports.Silo, ports.Gateway }).ToList();
        Assert.Equal(taken.Count, taken.Distinct().Count());
        Array.ForEach(all, ports => ports.Dispose());
    }

    [Fact]
    public void Take_ByProcessesWithOtherFolders_GivesNoPortTwice()
    {
        using var otherFolder = new TemporaryFolder();
        using var one = Take();
        using var other = SiloPorts.Take(new MultiplexClusterOptions { Directory = otherFolder.Path }, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(4, new[] { one.Silo, one.Gateway, other.Silo, other.Gateway }.Distinct().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Take_PortThatSomebodyListensOn_IsPassedOverAndRefusedWhenGiven(bool shared)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (shared)
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        int port;
        using (var free = Take())
            port = free.Silo;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();

        using (var ports = Take())
            Assert.NotEqual(port, ports.Silo);
        var fault = Assert.Throws<InvalidOperationException>(() => Take(siloPort: port));

        Assert.Contains($"Port {port}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Multiplex:Cluster:SiloPort", fault.Message, StringComparison.Ordinal);
        Assert.Contains("0 for any free one", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_GivenGatewayPortHeldByAnotherSiloThatDoesNotListenYet_IsRefusedAndHoldsNothing()
    {
        using var other = Take();

        var fault = Assert.Throws<InvalidOperationException>(() => Take(gatewayPort: other.Gateway));
        Assert.Contains("Multiplex:Cluster:GatewayPort", fault.Message, StringComparison.Ordinal);

        other.Dispose();
        Assert.All(Directory.GetFiles(_folder.Path, "*.lock"), file =>
        {
            using var free = LockFile.TryTake(file);
            Assert.NotNull(free);
        });
    }

    [Fact]
    public void Take_GivenPortsThatAreFree_TakesThem()
    {
        int port;
        using (var free = Take())
            port = free.Silo;

        using var ports = Take(siloPort: port);

        Assert.Equal(port, ports.Silo);
    }

    [Fact]
    public void HasEnded_SiloByItsPort_IsKnownFromItsLock()
    {
        using var mine = Take();
        using var living = Take();
        SiloAddress gone;
        using (var former = Take())
            gone = Silo(former.Silo);
        var local = Silo(mine.Silo);

        Assert.False(mine.HasEnded(local, local));
        Assert.True(mine.HasEnded(Silo(mine.Silo, generation: 6), local));
        Assert.False(mine.HasEnded(Silo(living.Silo), local));
        Assert.True(mine.HasEnded(gone, local));
        Assert.True(mine.HasEnded(gone, local));
    }

    private static SiloAddress Silo(int port, int generation = 7) => SiloAddress.New(IPAddress.Loopback, port, generation);

    private SiloPorts Take(int siloPort = 0, int gatewayPort = 0) => SiloPorts.Take(
        new() { Directory = _folder.Path, SiloPort = siloPort, GatewayPort = gatewayPort }, TimeProvider.System, TestContext.Current.CancellationToken);
}
