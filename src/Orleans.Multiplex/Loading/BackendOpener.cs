using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Loading;

/// <summary>Models of the store, opened by an inference backend.</summary>
internal sealed class BackendOpener(ModelCatalog catalog, IInferenceBackend backend) : IModelOpener
{
    public async ValueTask<ModelManifest?> FindAsync(ModelKey key, CancellationToken cancellationToken) =>
        await catalog.FindAsync(key, cancellationToken);

    public async ValueTask<long> EstimateAsync(ModelManifest? manifest, CancellationToken cancellationToken) =>
        (await catalog.GetFactsAsync(manifest!, cancellationToken)).EstimatedBytes;

    public ValueTask<long> GuessAsync(ModelManifest? manifest, CancellationToken cancellationToken) =>
        catalog.GuessBytesAsync(manifest!, cancellationToken);

    public async ValueTask<long?> ProveAsync(ModelManifest? manifest, ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var bytes = await backend.ProveAsync(artifact, cancellationToken);
        if (bytes is { } measured)
        {
            catalog.Correct(manifest!, measured);
        }

        return bytes;
    }

    public async Task<object> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        await backend.OpenAsync(artifact, cancellationToken);

    public ValueTask<long?> MeasureAsync(object model, CancellationToken cancellationToken) => new((long?)null);
}
