using System.Collections.Immutable;

namespace Orleans.Multiplex.Storage;

/// <summary>Where models come from: a folder, a bucket. One for each silo; its calls may come from any thread at once.</summary>
public interface IModelStore
{
    /// <summary>
    /// What the store is, without credentials: <c>s3://bucket/prefix</c>, the path of a folder. It is part of the cache's keys and told in
    /// operators' logs, never to callers.
    /// </summary>
    string Name { get; }

    /// <summary>
    /// Finds a model: the version that the key asks for, or the one with the highest number. Looks at the store anew each time.
    /// </summary>
    /// <param name="key">The model, with or without a version.</param>
    /// <param name="modelFile">The file that a folder must hold to be a version of a model; null when any file will do.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the store has, or null when there is no such model or version.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken);

    /// <summary>
    /// Sorts out which of many models may have changed since they were found: it is asked so for the resident models in each
    /// <c>Multiplex:Versions:RefreshInterval</c>. A store that can tell of several by one look overrides this; who does not has each looked for.
    /// </summary>
    /// <param name="known">What was found, in the ordinal order of the ids; one version of a model each.</param>
    /// <param name="modelFile">The file that a folder must hold to be a version of a model; null when any file will do.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The keys (<see cref="ModelManifest.Key"/>) of those whose files are gone or others than were found, and of those of which there is a version
    /// higher than all of <see cref="ModelManifest.Versions"/>. More are no fault: each of them is looked for by <see cref="FindAsync"/>.
    /// </returns>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    ValueTask<ImmutableArray<ModelKey>> FindChangedAsync(ImmutableArray<ModelManifest> known, string? modelFile, CancellationToken cancellationToken) =>
        new([.. known.Select(static one => one.Key)]);

    /// <summary>Lists models, in an order that stays the same from call to call.</summary>
    /// <param name="after">The id after which the list goes on, which need not be there any more; null for its beginning.</param>
    /// <param name="limit">The most models to list.</param>
    /// <param name="modelFile">The file that a folder must hold to be a version of a model; null when any file will do.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The next models of the list; none at its end.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken);

    /// <summary>Brings the bytes of one file of a version to this machine, in any order and by several writers at once.</summary>
    /// <param name="manifest">What <see cref="FindAsync"/> found.</param>
    /// <param name="file">One of its files.</param>
    /// <param name="target">Takes the bytes; each of them once, all of them before the call returns.</param>
    /// <param name="cancellationToken">Ends the fetch.</param>
    /// <exception cref="ModelChangedException">The store has another file there than the manifest says, or none.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    ValueTask FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken);
}
