using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.Loading;

/// <summary>Brings the files of a version, as they are now: a version whose files are replaced meanwhile is looked for anew.</summary>
internal static class ModelFetch
{
    /// <summary>How often it is tried while the files change.</summary>
    public const int MaxAttempts = 3;

    /// <param name="cache">Has the files, or fetches them.</param>
    /// <param name="manifest">What the store had.</param>
    /// <param name="find">Looks what the store has.</param>
    /// <param name="onFetch">Is told how to follow a fetch.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The files, and what the store says of them.</returns>
    /// <exception cref="ModelNotFoundException">The version is gone.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses, or the files change again and again.</exception>
    public static async Task<(ModelManifest Manifest, ArtifactLease Files)> FetchAsync(
        ArtifactCache cache,
        ModelManifest manifest,
        Func<ModelKey, CancellationToken, ValueTask<ModelManifest?>> find,
        Action<FetchProgress>? onFetch,
        CancellationToken cancellationToken)
    {
        var key = manifest.Key;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var isAwaited = false;
                var files = await cache.AcquireAsync(manifest, Follow, cancellationToken);
                if (isAwaited && manifest.Files.Length > 1)
                {
                    await CheckAsync(manifest, files, find, cancellationToken);
                }

                return (manifest, files);

                void Follow(FetchProgress progress)
                {
                    isAwaited = true;
                    onFetch?.Invoke(progress);
                }
            }
            catch (ModelChangedException) when (attempt < MaxAttempts)
            {
                manifest = await find(key, cancellationToken)
                    ?? throw new ModelNotFoundException(key.ToString(), $"Model '{key}' has just been removed from the store.");
            }
            catch (ModelChangedException)
            {
                throw new StoreUnavailableException(
                    key.ToString(), $"its files changed while they were fetched, {MaxAttempts} times in a row.", TimeSpan.FromSeconds(1));
            }
        }
    }

    // Each file is the one that was found. Whether all of them belong together is another question, when one was replaced after it had come.
    private static async ValueTask CheckAsync(
        ModelManifest manifest, ArtifactLease files, Func<ModelKey, CancellationToken, ValueTask<ModelManifest?>> find, CancellationToken cancellationToken)
    {
        var isGood = false;
        try
        {
            isGood = (await find(manifest.Key, cancellationToken))?.Tag == manifest.Tag;
        }
        finally
        {
            if (!isGood)
            {
                files.Dispose();
            }
        }

        if (!isGood)
        {
            throw new ModelChangedException(manifest.Key.ToString());
        }
    }
}
