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

    public ValueTask<long?> MeasureAsync(object model, CancellationToken cancellationToken) => new((long?)null);
}
