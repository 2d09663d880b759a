using System.Collections.Concurrent;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Tests;

/// <summary>Opens tracked models; each step does what a test says, and is recorded.</summary>
internal sealed class FakeOpener : IModelOpener
{
    public FakeOpener() => Open = (artifact, _) => Task.FromResult<object>(new TrackedModel(artifact.Id, Events));

    public ConcurrentQueue<string> Events { get; } = new();

    public Func<CancellationToken, ValueTask<long>> Estimate { get; set; } = _ => new(0);

    public Func<ModelArtifact, CancellationToken, Task<object>> Open { get; set; }

    public Func<object, CancellationToken, ValueTask<long?>> Measure { get; set; } = (_, _) => new((long?)null);

    public int CountOpened(string id) => Events.Count(one => one == $"open {id}");

    public ValueTask<ModelManifest?> FindAsync(ModelKey key, CancellationToken cancellationToken) => new((ModelManifest?)null);

    public ValueTask<long> EstimateAsync(ModelManifest? manifest, CancellationToken cancellationToken)
    {
        Events.Enqueue("estimate");
        return Estimate(cancellationToken);
    }

    public Task<object> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        Events.Enqueue($"open {artifact.Id}");
        return Open(artifact, cancellationToken);
    }

    public ValueTask<long?> MeasureAsync(object model, CancellationToken cancellationToken)
    {
        Events.Enqueue("measure");
        return Measure(model, cancellationToken);
    }
}
