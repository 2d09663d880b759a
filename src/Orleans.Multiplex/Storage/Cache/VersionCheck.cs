using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>
/// Looks for a version on the disk that this process has not used yet, and reads all of it: it may have been written by a process that has ended
/// since, or have come to harm.
/// </summary>
internal sealed partial class VersionCheck(ArtifactCache.Parts cache, string key, ModelManifest manifest)
{
    private readonly ILogger _logger = cache.Logger;

    /// <summary>The version; null when it is not there. One that is not what its record says is removed.</summary>
    public async Task<KnownVersion?> FindAsync(CancellationToken cancellationToken)
    {
        if (CacheScan.FindRecord(cache.Folder.Version(key)) is not { } path)
        {
            return null;
        }

        VersionRecord? record;
        string? fault;
        using (var shared = FileLock.TryShare(path))
        {
            if (shared is null || !File.Exists(path))
            {
                return null;
            }

            record = VersionRecord.TryRead(path);
            fault = FindFault(record, cancellationToken);
            if (fault is null)
            {
                var known = new KnownVersion(path, cache.Folder.Files(key), manifest, cache.MakeContents(key, record!.Digests), cache.Time);
                known.Touch();
                return known;
            }
        }

        using (var held = await cache.Gate.EnterAsync(cancellationToken))
        {
            if (CacheScan.FindRecord(cache.Folder.Version(key)) == path)
            {
                LogDropped(manifest.Key.ToString(), fault);
                cache.Room.Drop(held, key, record);
            }
        }

        cache.Room.EmptyTrash();
        return null;
    }

    private string? FindFault(VersionRecord? record, CancellationToken cancellationToken)
    {
        if (record is null)
        {
            return "its record cannot be read";
        }

        if (!record.Files.Select(static file => (file.Name, file.Length)).ToHashSet().SetEquals(manifest.Files.Select(static file => (file.Name, file.Length))))
        {
            return "its record has other files";
        }

        foreach (var file in record.Files)
        {
            var path = FileNames.Combine(cache.Folder.Files(key), file.Name);
            try
            {
                if (new FileInfo(path).Length != file.Length || FileDigest.Compute(path, cancellationToken) != file.Digest)
                {
                    return $"'{file.Name}' has another content than was written";
                }
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                return $"'{file.Name}' is gone";
            }
        }

        return null;
    }

    [LoggerMessage(LogEvents.StorageIds + 22, LogLevel.Warning, "The files of model '{Model}' in the cache are not whole ({Fault}); they are removed and fetched anew.")]
    private partial void LogDropped(string model, string fault);
}
