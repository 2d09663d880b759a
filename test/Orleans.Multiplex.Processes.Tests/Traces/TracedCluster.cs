using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Traces;

/// <summary>Two silos and a gateway without models, all of which send their traces to one receiver.</summary>
public sealed class TracedCluster : IAsyncLifetime
{
    public ProcessCluster Cluster { get; private set; } = null!;

    internal TraceReceiver Receiver { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Receiver = await TraceReceiver.StartAsync();
        Cluster = await ProcessCluster.StartAsync(silos: 2, ProcessCluster.OwnModels, [.. Receiver.Settings]);
        await Cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
