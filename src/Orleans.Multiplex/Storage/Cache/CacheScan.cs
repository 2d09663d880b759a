using System.Collections.Immutable;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>
/// What is in the cache's folder, looked at under its lock. What nobody has the lock of and has no record is left over from a process that
/// ended in the middle, and goes.
/// </summary>
internal sealed class CacheScan
{
    /// <summary>The versions that are whole.</summary>
    public List<CachedVersion> Versions { get; } = [];

    /// <summary>The bytes of those that are being fetched.</summary>
    public long Fetching { get; private set; }

    /// <summary>The bytes of what was made of a content, by its digest.</summary>
    public IReadOnlyDictionary<string, long> Made { get; private set; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>How many things were left over.</summary>
    public int Leftovers { get; private set; }

    /// <summary>All bytes.</summary>
    public long Bytes => CacheEviction.Measure(Versions, Made) + Fetching;

    public static CacheScan Run(CacheFolder folder)
    {
        var scan = new CacheScan();
        foreach (var version in Directory.EnumerateDirectories(folder.Versions))
        {
            scan.Look(folder, version);
        }

        // Whoever takes a lock of a fetch does so under the folder's lock: one that is free is nobody's. One of a check may be taken at this moment, which
        // then is done twice at the worst.
        foreach (var path in Directory.EnumerateFiles(folder.Fetching).Concat(Directory.EnumerateFiles(folder.Checking)))
        {
            using var free = FileLock.TryTake(path, create: false);
            if (free is not null)
            {
                File.Delete(path);
            }
        }

        scan.RemoveUnused(folder);
        return scan;
    }

    /// <summary>Removes the contents that no version has any more, and what was made of them.</summary>
    public void RemoveUnused(CacheFolder folder)
    {
        var used = Versions.SelectMany(static version => version.Record.Files).Select(static file => file.Digest).ToHashSet(StringComparer.Ordinal);
        foreach (var blob in Directory.EnumerateFiles(folder.Blobs).Where(path => !used.Contains(Path.GetFileName(path))).ToList())
        {
            File.Move(blob, folder.NewTrash());
        }

        var kept = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var made in new DirectoryInfo(folder.AllMade).EnumerateDirectories().ToList())
        {
            if (used.Contains(made.Name))
            {
                kept[made.Name] = Measure(made);
            }
            else
            {
                made.MoveTo(folder.NewTrash());
            }
        }

        Made = kept;
    }

    // What is made there comes and goes without the folder's lock.
    private static long Measure(DirectoryInfo made)
    {
        var bytes = 0L;
        foreach (var file in made.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
        {
            try
            {
                bytes += file.Length;
            }
            catch (FileNotFoundException)
            {
                // It has just gone.
            }
        }

        return bytes;
    }

    private void Look(CacheFolder folder, string version)
    {
        var key = Path.GetFileName(version);
        if (FindRecord(version) is { } path)
        {
            if (VersionRecord.TryRead(path) is { } record)
            {
                Versions.Add(new CachedVersion(key, path, File.GetLastWriteTimeUtc(path), record));
                return;
            }
        }
        else
        {
            using var free = FileLock.TryTake(folder.FetchLock(key), create: true);
            if (free is null)
            {
                Fetching += Directory.EnumerateFiles(version, "*.plan").Select(VersionRecord.TryRead).FirstOrDefault()?.Bytes ?? 0;
                return;
            }
        }

        Leftovers++;
        Directory.Move(version, folder.NewTrash());
    }

    /// <summary>The record of a version; null when it has none, or is not there.</summary>
    public static string? FindRecord(string version)
    {
        try
        {
            return Directory.EnumerateFiles(version, "*.json").FirstOrDefault();
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }
}
