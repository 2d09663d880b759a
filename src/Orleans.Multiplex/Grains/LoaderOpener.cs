using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <summary>Models of an own class, loaded by the class itself.</summary>
internal sealed class LoaderOpener<TModel>(MultiplexedGrain<TModel> grain, IServiceProvider services) : IModelOpener
    where TModel : class
{
    private readonly MeasuredStore? _store =
        GrainPools.GetSource(grain.GetType()) == ModelSource.Store ? services.GetRequiredService<MeasuredStore>() : null;

    public IModelStore? Store => _store;

    public async ValueTask<ModelManifest?> FindAsync(ModelKey key, CancellationToken cancellationToken) =>
        _store is null
            ? null
            : await _store.FindAsync(key, modelFile: null, cancellationToken)
                ?? throw new ModelNotFoundException(key.ToString(), $"There is no model '{key}' in the store.");

    public ValueTask<ModelMemory> EstimateAsync(ModelManifest? manifest, ModelArtifact artifact, CancellationToken cancellationToken) => new(new ModelMemory(0));

    public ValueTask<long> GuessAsync(ModelManifest? manifest, CancellationToken cancellationToken) => new(0);

    public async Task<object> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        await grain.LoadAsync(artifact, cancellationToken)
            ?? throw new ModelLoadFailedException(artifact.Id, $"{grain.GetType().Name}.LoadModelAsync returned null.");

    public async ValueTask<ModelMemory?> MeasureAsync(object model, CancellationToken cancellationToken) =>
        await grain.MeasureLoadedAsync((TModel)model, cancellationToken);

    public async ValueTask WarmUpAsync(object model, CancellationToken cancellationToken)
    {
        try
        {
            await grain.WarmUpLoadedAsync((TModel)model, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is as warm as it became in its time.
        }
    }
}
