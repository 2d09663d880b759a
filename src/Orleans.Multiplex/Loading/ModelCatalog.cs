using System.Collections.Immutable;
using BitFaster.Caching.Lru;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// What is known of the models of the store: which there are, and what their files say of them. Reads files, opens nothing. What a
/// file said is kept for as long as its tag stays the same, for a bounded number of models.
/// </summary>
internal sealed class ModelCatalog(IModelStore store, ArtifactCache cache, IInferenceBackend backend)
{
    /// <summary>Up to here all of a model is fetched to learn how much memory it takes; beyond it, the length of its files says it well enough.</summary>
    private const long SmallBytes = 1 << 20;

    /// <summary>The largest file that is read for who only asks what a model is: such questions bring no traffic that loads would have to share.</summary>
    public const long MaxReadBytes = 32 << 20;

    private readonly ConcurrentLru<(string Id, long Version), (string Tag, ModelFacts Facts)> _facts = new(10_000);

    /// <summary>The store.</summary>
    public IModelStore Store => store;

    /// <summary>What the store has under a key.</summary>
    /// <exception cref="ModelNotFoundException">Nothing.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    public async ValueTask<ModelManifest> FindAsync(ModelKey key, CancellationToken cancellationToken) =>
        await TryFindAsync(key, cancellationToken)
            ?? throw new ModelNotFoundException(
                key.ToString(), $"There is no model '{key}': the store has no {Expected(key)}.");

    /// <summary>The models of the store, part by part; see <see cref="IModelStore.ListAsync"/>.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        store.ListAsync(after, limit, backend.ModelFileName, cancellationToken);

    /// <summary>What the file of a model says of it.</summary>
    /// <exception cref="MultiplexException">The file is broken, refused, gone, or the store is unavailable.</exception>
    public async ValueTask<ModelFacts> GetFactsAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        var key = (manifest.Id, manifest.Version);
        if (_facts.TryGet(key, out var known) && known.Tag == manifest.Tag)
        {
            return known.Facts;
        }

        var (found, files) = await ModelFetch.FetchAsync(cache, manifest, TryFindAsync, onFetch: null, cancellationToken);
        using (files)
        {
            return await InspectAsync(found, files.Artifact, cancellationToken);
        }
    }

    /// <summary>
    /// What the file of a model says of it, for who does not load it: the cache is read, but nothing comes into it, and so nothing goes. A small file is
    /// fetched for this alone.
    /// </summary>
    /// <returns>Null when that is not known before the model is loaded: its file is large, and not on this machine.</returns>
    /// <exception cref="MultiplexException">As <see cref="GetFactsAsync"/>.</exception>
    public async ValueTask<ModelFacts?> FindFactsAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        if (Knows(manifest) || cache.Contains(manifest))
        {
            return await GetFactsAsync(manifest, cancellationToken);
        }

        // Where a file has its whole length on the disk at once, so have those beside it.
        var files = manifest.Files.Where(file => OperatingSystem.IsWindows() || file.Name == backend.ModelFileName);
        if (files.Sum(static file => file.Length) > MaxReadBytes)
        {
            return null;
        }

        try
        {
            using var unkept = await UnkeptFiles.FetchAsync(store, manifest, backend.ModelFileName, cancellationToken);
            return await InspectAsync(manifest, unkept.Artifact, cancellationToken);
        }
        catch (ModelChangedException)
        {
            throw new StoreUnavailableException(manifest.Key.ToString(), "its files changed while they were read.", TimeSpan.FromSeconds(1));
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What is known of a model whose files are here, which may be more than the last time.</summary>
    /// <exception cref="MultiplexException">The file is broken or refused.</exception>
    public async ValueTask<ModelFacts> InspectAsync(ModelManifest manifest, ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var facts = await backend.InspectAsync(artifact, cancellationToken);
        _facts.AddOrUpdate((manifest.Id, manifest.Version), (manifest.Tag, facts));
        return facts;
    }

    /// <summary>The bytes that a model will likely take when open, without a fetch that takes long.</summary>
    /// <exception cref="MultiplexException">As <see cref="GetFactsAsync"/>.</exception>
    public async ValueTask<long> GuessBytesAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        var length = CountBytes(manifest);
        return length <= SmallBytes || Knows(manifest) ? (await GetFactsAsync(manifest, cancellationToken)).EstimatedBytes : length;
    }

    /// <summary>The bytes of the files of a model.</summary>
    public static long CountBytes(ModelManifest manifest) => manifest.Files.Sum(static file => file.Length);

    private bool Knows(ModelManifest manifest) => _facts.TryGet((manifest.Id, manifest.Version), out var known) && known.Tag == manifest.Tag;

    private ValueTask<ModelManifest?> TryFindAsync(ModelKey key, CancellationToken cancellationToken) =>
        store.FindAsync(key, backend.ModelFileName, cancellationToken);

    private string Expected(ModelKey key) => key.Version is { } version
        ? $"{key.Id}/{version}/{backend.ModelFileName}"
        : $"{key.Id}/{backend.ModelFileName} and no {key.Id}/<version>/{backend.ModelFileName}";
}
