using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Loading;

/// <summary>How the models of one grain class are found and brought to life.</summary>
internal interface IModelOpener
{
    /// <summary>What the store has under a key; null for a class that does not take its models from the store.</summary>
    /// <exception cref="ModelNotFoundException">The store has nothing.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    ValueTask<ModelManifest?> FindAsync(ModelKey key, CancellationToken cancellationToken);

    /// <summary>Where it finds models; null where that is to be asked for none but by <see cref="FindAsync"/>.</summary>
    IModelStore? Store => null;

    /// <summary>The file without which a folder of the store is no version of a model; null where any file makes one.</summary>
    string? ModelFile => null;

    /// <summary>
    /// What the version says of itself; nothing for own classes, whose files are their own affair. Starts on a load thread, so it may read files.
    /// </summary>
    /// <exception cref="ModelLoadFailedException">What it says is at fault.</exception>
    ModelSettings ReadSettings(ModelManifest? manifest, ModelArtifact artifact) => ModelSettings.None;

    /// <summary>What a model will take when open; 0 when that is not known before. Starts on a load thread, so it may read files.</summary>
    ValueTask<ModelMemory> EstimateAsync(ModelManifest? manifest, ModelArtifact artifact, CancellationToken cancellationToken);

    /// <summary>The bytes of the heap that it will likely take, at once: nothing large is fetched for it.</summary>
    ValueTask<long> GuessAsync(ModelManifest? manifest, CancellationToken cancellationToken);

    /// <summary>
    /// Makes sure that opening the model harms nobody, and measures it on the way. Awaits what takes long, and does not block. Own classes vouch
    /// for their models.
    /// </summary>
    /// <returns>The bytes of the heap that it was measured to take; null where it is not measured.</returns>
    /// <exception cref="MultiplexException">It is not to be opened.</exception>
    ValueTask<long?> ProveAsync(ModelArtifact artifact, CancellationToken cancellationToken) => new((long?)null);

    /// <summary>
    /// Lets the model be opened, last before that. Own classes vouch for their models. Does not block.
    /// </summary>
    /// <returns>Is disposed when the opening has ended, in whatever way; null where there is nothing to end.</returns>
    ValueTask<IDisposable?> AdmitAsync(ModelArtifact artifact, CancellationToken cancellationToken) => new((IDisposable?)null);

    /// <summary>
    /// Lets the first run of an open model go ahead, as <see cref="AdmitAsync"/> its opening. Own classes vouch for their models. Does not block.
    /// </summary>
    /// <returns>Is disposed when the run has ended, in whatever way; null where there is nothing to end.</returns>
    /// <exception cref="ModelLoadFailedException">It must not be run.</exception>
    ValueTask<IDisposable?> AdmitRunAsync(ModelArtifact artifact, CancellationToken cancellationToken) => new((IDisposable?)null);

    /// <summary>Opens the model. Starts on a load thread, so it may compute and block.</summary>
    Task<object> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken);

    /// <summary>What the open model takes; null when it cannot say. Starts on a load thread too.</summary>
    ValueTask<ModelMemory?> MeasureAsync(object model, CancellationToken cancellationToken);

    /// <summary>
    /// Does what makes the first use of an open model slower than the next ones, as far as it can; a token that ends it is no failure. Starts on
    /// a load thread.
    /// </summary>
    ValueTask WarmUpAsync(object model, CancellationToken cancellationToken) => default;
}
