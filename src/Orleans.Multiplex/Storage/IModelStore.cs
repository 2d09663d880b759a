namespace Orleans.Multiplex.Storage;

/// <summary>Where models come from: a folder, a bucket. One for each silo; its calls may come from any thread at once.</summary>
public interface IModelStore
{
    /// <summary>
    /// Finds a model: the version that the key asks for, or the one with the highest number. Looks at the store anew each time.
    /// </summary>
    /// <param name="key">The model, with or without a version.</param>
    /// <param name="modelFile">The file that a folder must hold to be a version of a model; null when any file will do.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the store has, or null when there is no such model or version.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken);

    /// <summary>Brings the files of a manifest to this machine.</summary>
    /// <exception cref="ModelNotFoundException">A file that the manifest names is gone.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    ValueTask<ModelArtifact> FetchAsync(ModelManifest manifest, CancellationToken cancellationToken);
}
