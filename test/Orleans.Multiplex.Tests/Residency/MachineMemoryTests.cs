using System.Net;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>The warning when the silos of a machine may hold more than it has.</summary>
public sealed class MachineMemoryTests
{
    private readonly ClusterResidencyView _view = new(new FakeTimeProvider());
    private readonly RecordedLog _log = new();
    private readonly MachineMemory _memory;

    public MachineMemoryTests() => _memory = new MachineMemory(_view, "here", totalBytes: 10L << 30, _log);

    [Fact]
    public void Check_SilosOfThisMachineWithMoreThanItHas_WarnsOnceOfThem()
    {
        Hear(1, "here", 6);
        Hear(2, "here", 6);

        _memory.Check();
        _memory.Check();

        Assert.Equal(
            "The silos 'silo-1', 'silo-2' of this machine may together hold 12GiB of models, and it has 10GiB. Set Multiplex:MaxBytesPerSilo for each of them, for instance 3GiB.",
            Assert.Single(_log.Messages));
    }

    [Fact]
    public void Check_OneMoreComes_WarnsAnew()
    {
        Hear(1, "here", 6);
        Hear(2, "here", 6);
        _memory.Check();
        Hear(3, "here", 6);

        _memory.Check();

        Assert.Equal(2, _log.Messages.Count());
    }

    [Theory]
    [InlineData("here", 4, "here", 6)]
    [InlineData("here", 6, "there", 6)]
    [InlineData("there", 6, "there", 6)]
    [InlineData("here", 20, "here", 0)]
    public void Check_AsMuchAsThereIsOrElsewhereOrAlone_IsQuiet(string one, int first, string other, int second)
    {
        Hear(1, one, first);
        Hear(2, other, second);

        _memory.Check();

        Assert.Empty(_log.Messages);
    }

    private void Hear(int port, string machine, int gibibytes) => _view.Update(
        new SiloRow(SiloAddress.New(IPAddress.Loopback, port, 1), $"silo-{port}", 1, false, (long)gibibytes << 30, 0, []) { Machine = machine });
}
