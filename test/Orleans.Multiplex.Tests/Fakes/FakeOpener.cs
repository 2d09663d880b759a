using System.Collections.Concurrent;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Tests;

/// <summary>Opens tracked models; each step does what a test says, and is recorded.</summary>
internal sealed class FakeOpener : IModelOpener
{
    public FakeOpener() => Open = (artifact, _) => Task.FromResult<object>(new TrackedModel(artifact.Id, Events));

    public ConcurrentQueue<string> Events { get; } = new();

    /// <summary>What the store has, when it is looked at anew.</summary>
    public ModelManifest? Found { get; set; }

    public Func<CancellationToken, ValueTask<long>> Estimate { get; set; } = _ => new(0);

    public Func<CancellationToken, ValueTask<long?>> Prove { get; set; } = _ => new((long?)null);

    public Func<ModelArtifact, CancellationToken, Task<object>> Open { get; set; }

    public Func<object, CancellationToken, ValueTask<long?>> Measure { get; set; } = (_, _) => new((long?)null);

    public int CountOpened(string id) => Events.Count(one => one == $"open {id}");

    public ValueTask<ModelManifest?> FindAsync(ModelKey key, CancellationToken cancellationToken)
    {
        Events.Enqueue($"find {key}");
        return new(Found);
    }

    public ValueTask<long> EstimateAsync(ModelManifest? manifest, CancellationToken cancellationToken)
    {
        Events.Enqueue("estimate");
        return Estimate(cancellationToken);
    }

    public ValueTask<long> GuessAsync(ModelManifest? manifest, CancellationToken cancellationToken) => Estimate(cancellationToken);

    public ValueTask<long?> ProveAsync(ModelManifest? manifest, ModelArtifact artifact, CancellationToken cancellationToken) => Prove(cancellationToken);

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
