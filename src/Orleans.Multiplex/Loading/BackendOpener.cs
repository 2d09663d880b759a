using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Loading.OwnSettings;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Loading;

/// <summary>Models of the store, opened by an inference backend.</summary>
internal sealed class BackendOpener(ModelCatalog catalog, IInferenceBackend backend, OpeningGuard? guard = null) : IModelOpener
{
    public IModelStore? Store => catalog.Store;

    public string? ModelFile => backend.ModelFileName;

    public async ValueTask<ModelManifest?> FindAsync(ModelKey key, CancellationToken cancellationToken)
    {
        var manifest = await catalog.FindAsync(key, cancellationToken);
        while (IsPassedOver(manifest, key))
        {
            manifest = await catalog.FindAsync(ModelKey.Create(key.Id, manifest.Versions.Last(version => version < manifest.Version)), cancellationToken);
        }

        return manifest;
    }

    // Who names no version gets the highest that may be opened.
    private bool IsPassedOver(ModelManifest manifest, ModelKey key)
    {
        try
        {
            guard?.Check(manifest);
            return false;
        }
        catch (ModelQuarantinedException) when (key.Version is null && manifest.Versions[0] < manifest.Version)
        {
            return true;
        }
    }

    public ModelSettings ReadSettings(ModelManifest? manifest, ModelArtifact artifact) => ModelSettingsFile.Read(artifact, manifest!.Folder);

    public async ValueTask<ModelMemory> EstimateAsync(ModelManifest? manifest, ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var facts = await catalog.InspectAsync(manifest!, artifact, cancellationToken);
        return new(facts.EstimatedBytes, facts.MappedBytes);
    }

    public ValueTask<long> GuessAsync(ModelManifest? manifest, CancellationToken cancellationToken) =>
        catalog.GuessBytesAsync(manifest!, cancellationToken);

    public ValueTask<long?> ProveAsync(ModelArtifact artifact, CancellationToken cancellationToken) => backend.ProveAsync(artifact, cancellationToken);

    public ValueTask<IDisposable?> AdmitAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        guard?.AdmitAsync(artifact, cancellationToken) ?? new((IDisposable?)null);

    public async ValueTask<IDisposable?> AdmitRunAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        try
        {
            return guard is null ? null : await guard.AdmitRunAsync(artifact, cancellationToken);
        }
        catch (ModelQuarantinedException refused)
        {
            throw new ModelLoadFailedException(artifact.Id, refused.Message);
        }
    }

    public async Task<object> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        await backend.OpenAsync(artifact, cancellationToken);

    public ValueTask WarmUpAsync(object model, CancellationToken cancellationToken)
    {
        try
        {
            ((IInferenceSession)model).WarmUp(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is as warm as it became in its time.
        }

        return default;
    }

    public ValueTask<ModelMemory?> MeasureAsync(object model, CancellationToken cancellationToken) =>
        new(model is IInferenceSession { HeapBytes: { } heapBytes } session ? new ModelMemory(heapBytes, session.MappedBytes) : null);
}
