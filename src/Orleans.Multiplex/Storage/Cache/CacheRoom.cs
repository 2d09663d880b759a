using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>The room that the cache has on its disk: kept within its limit, and made by removing what was not used for longest.</summary>
/// <param name="folder">The folder.</param>
/// <param name="maxBytes">The limit; null for what the disk allows.</param>
/// <param name="onRemoved">Is told of each version that goes.</param>
/// <param name="counts">Counts the versions that go for others.</param>
/// <param name="logger">Is told what was removed.</param>
internal sealed partial class CacheRoom(CacheFolder folder, long? maxBytes, Action<string> onRemoved, CacheCounts counts, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private long? _maxBytes = maxBytes;

    /// <summary>The limit.</summary>
    public long GetMaxBytes(FolderLock.Held held)
    {
        if (_maxBytes is not { } known)
        {
            var disk = new DriveInfo(folder.Root);
            _maxBytes = known = CacheLimit.GetDefault(held.Bytes, disk.AvailableFreeSpace, disk.TotalSize);
        }

        return known;
    }

    /// <summary>Charges what a fetch is about to bring. False when what would have to go for it is in use.</summary>
    public bool TryReserve(FolderLock.Held held, long bytes)
    {
        var limit = GetMaxBytes(held);
        if (held.Bytes + bytes > limit)
        {
            // The number may be too high, never too low: so it is only now that all is looked at. A little more is freed than is needed, so that this
            // is not done for each small model.
            var scan = Sweep(held);
            var excess = scan.Bytes + bytes - limit;
            if (excess > 0 && !TryFree(held, scan, excess, Math.Min(limit / 20, limit - bytes)))
            {
                return false;
            }
        }

        held.Bytes += bytes;
        return true;
    }

    /// <summary>Gives back what was charged for a fetch that failed, or for files that were there already.</summary>
    public static void Release(FolderLock.Held held, long bytes) => held.Bytes = Math.Max(0, held.Bytes - bytes);

    /// <summary>Frees what is missing on a full disk. False when that cannot be.</summary>
    /// <param name="held">The folder's lock.</param>
    /// <param name="bytes">The bytes that have no room.</param>
    public bool TryFree(FolderLock.Held held, long bytes)
    {
        var missing = Math.Max(1, bytes - new DriveInfo(folder.Root).AvailableFreeSpace);
        var isFreed = TryFree(held, CacheScan.Run(folder), missing, slack: 0);
        EmptyTrash();
        return isFreed;
    }

    /// <summary>Removes what was left over, and puts the number of bytes right.</summary>
    public CacheScan Sweep(FolderLock.Held held)
    {
        var scan = CacheScan.Run(folder);
        held.Bytes = scan.Bytes;
        return scan;
    }

    /// <summary>Removes a version whose files are not what its record says, and the contents that it shares with others, who find out themselves.</summary>
    public void Drop(FolderLock.Held held, string key, VersionRecord? record)
    {
        onRemoved(key);
        if (Directory.Exists(folder.Version(key)))
        {
            Directory.Move(folder.Version(key), folder.NewTrash());
        }

        foreach (var blob in record?.Files.Select(file => folder.Blob(file.Digest)).Where(File.Exists) ?? [])
        {
            File.Move(blob, folder.NewTrash());
        }

        Sweep(held);
    }

    /// <summary>Deletes what is on its way out. Needs no lock, and may be done by several at once.</summary>
    public void EmptyTrash()
    {
        foreach (var path in FindTrash())
        {
            try
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }
                else
                {
                    File.Delete(path);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Another one deletes it.
            }
        }
    }

    private string[] FindTrash()
    {
        try
        {
            return Directory.GetFileSystemEntries(folder.Trash);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody has removed all of it, or the cache with it.
            return [];
        }
    }

    private bool TryFree(FolderLock.Held held, CacheScan scan, long bytes, long slack)
    {
        var before = scan.Bytes;
        var inUse = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var freed = before - scan.Bytes;
            var chosen = CacheEviction.Choose(scan.Versions, scan.Made, version => inUse.Contains(version.Key), bytes - freed, slack);
            if (freed >= bytes || chosen.IsEmpty)
            {
                break;
            }

            // Nothing goes in vain: where all that may go is not enough, it stays for its next use.
            var left = CacheEviction.Measure(scan.Versions.Except(chosen), scan.Made) + scan.Fetching;
            if (before - left < bytes)
            {
                break;
            }

            foreach (var version in chosen)
            {
                if (TryRemove(version))
                {
                    scan.Versions.Remove(version);
                }
                else
                {
                    inUse.Add(version.Key);
                    break;
                }
            }
        }

        scan.RemoveUnused(folder);
        held.Bytes = scan.Bytes;
        return before - scan.Bytes >= bytes;
    }

    private bool TryRemove(CachedVersion version)
    {
        using var taken = FileLock.TryTake(version.RecordPath, create: false);
        if (taken is null)
        {
            return false;
        }

        Directory.Move(folder.Version(version.Key), folder.NewTrash());
        onRemoved(version.Key);
        counts.AddEviction();
        LogRemoved(version.Record.Model, new ByteSize(version.Record.Bytes), version.LastUse);
        return true;
    }

    [LoggerMessage(LogEvents.StorageIds + 24, LogLevel.Information,
        "Removed the files of model '{Model}' from the cache, {Size}, last used at {LastUse:u}, to make room for others.")]
    private partial void LogRemoved(string model, ByteSize size, DateTime lastUse);
}
