using System.Collections.Concurrent;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Places at which calls wait until a test opens them; a test learns that a call has arrived. Shared by the silos of a cluster.</summary>
public sealed class FakeGates
{
    private readonly ConcurrentDictionary<string, Gate> _gates = new();

    public async Task ArriveAsync(string name, CancellationToken cancellationToken)
    {
        var gate = Get(name);
        gate.Arrived.Release();
        await gate.Opened.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Arrives and blocks the thread.</summary>
    public void ArriveAndBlock(string name)
    {
        var gate = Get(name);
        gate.Arrived.Release();
        gate.Opened.Task.GetAwaiter().GetResult();
    }

    public async Task WaitForArrivalAsync(string name) =>
        Assert.True(
            await Get(name).Arrived.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
            $"Nobody arrived at gate '{name}'.");

    /// <summary>Lets all who wait go on: a test that fails must not keep its silos from stopping.</summary>
    public void OpenAll()
    {
        foreach (var gate in _gates.Values)
        {
            gate.Opened.TrySetResult();
        }
    }

    public void Open(string name) => Get(name).Opened.TrySetResult();

    private Gate Get(string name) => _gates.GetOrAdd(name, _ => new Gate());

    private sealed class Gate
    {
        public SemaphoreSlim Arrived { get; } = new(0);

        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
