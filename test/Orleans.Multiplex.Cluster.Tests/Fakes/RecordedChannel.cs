using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>The channel between silos, which also keeps what its silo told.</summary>
internal sealed class RecordedChannel(ResidencyChannel inner) : IResidencyChannel
{
    public ConcurrentQueue<SiloRow> Rows { get; } = new();

    public int Silos => inner.Silos;

    public void Publish(SiloRow row)
    {
        Rows.Enqueue(row);
        inner.Publish(row);
    }

    public void TakeIn(ModelNews news) => inner.TakeIn(news);

    public void Announce(ImmutableArray<ModelNews> news) => inner.Announce(news);
}
