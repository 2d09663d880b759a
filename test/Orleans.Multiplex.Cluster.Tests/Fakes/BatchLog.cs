using System.Collections.Concurrent;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>What batches there were, and what happens in them.</summary>
public sealed class BatchLog
{
    public ConcurrentQueue<string> Batches { get; } = new();

    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(1);

    public Action OnBatch { get; set; } = static () => { };
}
