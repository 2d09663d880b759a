using System.Globalization;
using System.Net;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>Two silos of one machine with one cache: one process checks the models of both.</summary>
public sealed class SharedWorkerTests : IAsyncLifetime
{
    private readonly TemporaryFolder _cache = new();
    private ProcessCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ProcessCluster.StartAsync(
        silos: 2, ProcessCluster.Silo, "--Multiplex:MaxModelsPerSilo=4", $"--Multiplex:Cache:Path={_cache.Path}");

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _cache.Dispose();
    }

    [Fact]
    public async Task Silos_OfOneMachine_HaveOneWorkerAndTheOtherTakesOverWhenItsSiloIsKilled()
    {
        using var http = _cluster.Front.CreateClient();
        var silos = new HashSet<string>();
        for (var number = 1; number <= 8; number++)
        {
            silos.Add(await AskNewAsync(http, number));
        }

        var (host, worker) = Assert.Single(FindWorkers());
        Assert.Equal(2, silos.Count);

        await host.KillAsync();
        var survivor = _cluster.Silos.Single(silo => silo != host);
        for (var number = 9; number <= 12; number++)
        {
            Assert.Equal(survivor.SiloName, await AskNewAsync(http, number));
        }

        var (next, other) = Assert.Single(FindWorkers());
        Assert.Equal((survivor, true), (next, worker != other));
        Assert.False(HostProcess.IsRunning(worker));
    }

    private async Task<string> AskNewAsync(HttpClient http, int number)
    {
        _cluster.AddModel(number);
        var (status, added, silo) = await ProcessCluster.InferAsync(http, number);
        Assert.Equal((HttpStatusCode.OK, number), (status, added));
        return silo;
    }

    // Those are the children of a silo that run the backend's own assembly.
    private List<(HostProcess Silo, int Worker)> FindWorkers() =>
    [
        .. from silo in _cluster.Silos
           from child in silo.FindChildren()
           where File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{child}/cmdline")).TrimEnd('\0')
               .EndsWith("Orleans.Multiplex.OnnxRuntime.dll", StringComparison.Ordinal)
           select (silo, child),
    ];
}
