using System.Collections.Concurrent;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Tests;

/// <summary>Opens tracked models; each step does what a test says, and is recorded.</summary>
internal sealed class FakeOpener : IModelOpener
{
    public FakeOpener() => Open = (artifact, _) => Task.FromResult<object>(new TrackedModel(artifact.Id, Events));

    public ConcurrentQueue<string> Events { get; } = new();

    /// <summary>What the store has, when it is looked at anew.</summary>
    public ModelManifest? Found { get; set; }

    /// <summary>The store that sorts out which models have changed; null where each is looked for.</summary>
    public IModelStore? Store { get; set; }

    public string? ModelFile { get; set; } = "model.onnx";

    /// <summary>How it is looked at; null for <see cref="Found"/> at once.</summary>
    public Func<ModelKey, CancellationToken, ValueTask<ModelManifest?>>? Find { get; set; }

    /// <summary>The bytes of mapped files of each model.</summary>
    public long MappedBytes { get; set; }

    public Func<CancellationToken, ValueTask<long>> Estimate { get; set; } = _ => new(0);

    public Func<CancellationToken, ValueTask<long?>> Prove { get; set; } = _ => new((long?)null);

    public Func<ModelArtifact, CancellationToken, Task<object>> Open { get; set; }

    public Func<ModelArtifact, IDisposable?> Admit { get; set; } = _ => null;

    public Func<object, CancellationToken, ValueTask<long?>> Measure { get; set; } = (_, _) => new((long?)null);

    public Func<object, CancellationToken, ValueTask> WarmUp { get; set; } = (_, _) => default;

    public int CountOpened(string id) => Events.Count(one => one == $"open {id}");

    public ValueTask<ModelManifest?> FindAsync(ModelKey key, CancellationToken cancellationToken)
    {
        Events.Enqueue($"find {key}");
        return Find is null ? new(Found) : Find(key, cancellationToken);
    }

    public async ValueTask<ModelMemory> EstimateAsync(ModelManifest? manifest, ModelArtifact artifact, CancellationToken cancellationToken)
    {
        Events.Enqueue("estimate");
        return new(await Estimate(cancellationToken), MappedBytes);
    }

    public ValueTask<long> GuessAsync(ModelManifest? manifest, CancellationToken cancellationToken) => Estimate(cancellationToken);

    public ValueTask<long?> ProveAsync(ModelArtifact artifact, CancellationToken cancellationToken) => Prove(cancellationToken);

    public ValueTask<IDisposable?> AdmitAsync(ModelArtifact artifact, CancellationToken cancellationToken) => new(Admit(artifact));

    public Task<object> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        Events.Enqueue($"open {artifact.Id}");
        return Open(artifact, cancellationToken);
    }

    public async ValueTask<ModelMemory?> MeasureAsync(object model, CancellationToken cancellationToken)
    {
        Events.Enqueue("measure");
        return await Measure(model, cancellationToken) is { } bytes ? new ModelMemory(bytes, MappedBytes) : null;
    }

    public ValueTask WarmUpAsync(object model, CancellationToken cancellationToken)
    {
        Events.Enqueue("warm up");
        return WarmUp(model, cancellationToken);
    }
}
