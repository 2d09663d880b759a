using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>Brings the files of one version into the cache, as the only one on this machine who does.</summary>
/// <remarks>
/// <list type="number">
/// <item>Begin, under the folder's lock: take the lock of the fetch, remove what a former one left, charge the bytes, write the plan.</item>
/// <item>Fetch: a few files at once, each to its place. From here on the files may be used by who waits for them.</item>
/// <item>Publish, under the folder's lock: give each content its name among the blobs, then the record its name, in one step of the file system.</item>
/// <item>Or undo, under the folder's lock.</item>
/// </list>
/// A process that ends anywhere before the record has its name leaves a version that is none.
/// </remarks>
internal sealed class VersionFetch(
    CacheFolder folder, FolderLock gate, CacheRoom room, IModelStore store, string key, ModelManifest manifest, FetchProgress progress,
    ConcurrentDictionary<string, Task> publishing, TimeProvider time)
    : IDisposable
{
    private const int MaxFilesAtOnce = 4;

    private readonly string _name = CacheFolder.NewName();
    private readonly ConcurrentDictionary<string, Task<string>> _digests = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _undone = new();
    private FileLock? _turn;
    private long _charged;

    /// <summary>How the beginning of a fetch went.</summary>
    public enum Beginning
    {
        /// <summary>It is this one's to fetch.</summary>
        Begun,

        /// <summary>The version is there.</summary>
        Present,

        /// <summary>Another one fetches it.</summary>
        UnderWay,

        /// <summary>What would have to go for it is in use.</summary>
        NoRoom,
    }

    private string Version => folder.Version(key);

    private string Plan => Path.Combine(Version, $"{_name}.plan");

    private string Count => Path.Combine(Version, $"{_name}.count");

    public async Task<Beginning> TryBeginAsync(CancellationToken cancellationToken)
    {
        using var held = await gate.EnterAsync(cancellationToken);
        if (CacheScan.FindRecord(Version) is not null)
        {
            return Beginning.Present;
        }

        _turn = FileLock.TryTake(folder.FetchLock(key), create: true);
        if (_turn is null)
        {
            return Beginning.UnderWay;
        }

        try
        {
            while (true)
            {
                try
                {
                    if (TryPrepare(held))
                    {
                        return Beginning.Begun;
                    }

                    Clean(held);
                    return Beginning.NoRoom;
                }
                catch (IOException full) when (DiskFull.Is(full))
                {
                    if (!room.TryFree(held, 1))
                    {
                        throw;
                    }
                }
            }
        }
        catch
        {
            Clean(held);
            throw;
        }
    }

    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        await using var count = FetchedCount.Follow(Count, progress);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxFilesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(manifest.Files, parallel, FetchAsync);
    }

    /// <summary>
    /// Makes the version one. Returns its record, the digest of each file, and the record's lock as shared by the caller from before anybody could take it.
    /// </summary>
    public async Task<(string RecordPath, ImmutableDictionary<string, string> Digests, FileLock Shared)> PublishAsync(CancellationToken cancellationToken)
    {
        var files = await Task.WhenAll(manifest.Files.Select(async file => new RecordedFile(file.Name, file.Length, await _digests[file.Name])));
        var blobs = new BlobSharing(folder, key);
        blobs.Check(files, cancellationToken);
        using var held = await gate.EnterAsync(cancellationToken);
        foreach (var file in files)
        {
            var shared = blobs.TryShare(file, FileNames.Combine(folder.Files(key), file.Name));
            CacheRoom.Release(held, shared ? file.Length : 0);
            _charged -= shared ? file.Length : 0;
        }

        var unnamed = Path.Combine(Version, $"{_name}.new");
        var path = Path.Combine(Version, $"{_name}.json");
        var whole = new VersionRecord(store.Name, manifest.Key.ToString(), [.. files]);
        whole.Write(unnamed);
        File.SetLastWriteTimeUtc(unnamed, time.GetUtcNow().UtcDateTime);
        var record = FileLock.TryShare(unnamed) ?? throw new IOException("The record is gone.");
        File.Move(unnamed, path);
        File.Delete(Plan);
        File.Delete(Count);
        EndTurn();
        return (path, whole.Digests, record);
    }

    /// <summary>Leaves nothing behind. Does nothing when the fetch was not begun, or its version is published.</summary>
    public async Task UndoAsync()
    {
        await _undone.CancelAsync();
        if (_turn is not null)
        {
            using (var held = await gate.EnterAsync(CancellationToken.None))
            {
                Clean(held);
            }

            room.EmptyTrash();
        }

        foreach (var digest in _digests.Values)
        {
            await digest.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
        }
    }

    public void Dispose()
    {
        _turn?.Dispose();
        _undone.Dispose();
    }

    private bool TryPrepare(FolderLock.Held held)
    {
        Clear();
        var bytes = manifest.Files.Sum(static file => file.Length);
        if (bytes > room.GetMaxBytes(held))
        {
            throw CacheErrors.TooLarge(manifest, bytes, room.GetMaxBytes(held));
        }

        if (_charged == 0 && bytes > 0)
        {
            if (!room.TryReserve(held, bytes))
            {
                return false;
            }

            _charged = bytes;
        }

        Directory.CreateDirectory(folder.Files(key));
        VersionRecord.Plan(store.Name, manifest).Write(Plan);
        FetchedCount.Create(Count);
        return true;
    }

    private async ValueTask FetchAsync(ModelFile file, CancellationToken cancellationToken)
    {
        // A store that is deaf to its token is not waited for: what it brings later finds the file closed.
        using var target = await CreateAsync(file, cancellationToken);
        _digests[file.Name] = Task.Run(() => target.ComputeDigestAsync(_undone.Token), CancellationToken.None);
        await store.FetchAsync(manifest, file, target, cancellationToken).AsTask().WaitAsync(cancellationToken);
        target.Complete();

        // Digests give way to all else, so that of many files most would be left, each with a thread and a buffer.
        if (_digests.Values.Count(static digest => !digest.IsCompleted) > MaxFilesAtOnce)
        {
            await _digests[file.Name].WaitAsync(cancellationToken);
        }
    }

    private async Task<FetchedFile> CreateAsync(ModelFile file, CancellationToken cancellationToken)
    {
        var path = FileNames.Combine(folder.Files(key), file.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FetchedFile(path, file, progress, TryMakeRoomAsync);
            }
            catch (IOException full) when (DiskFull.Is(full))
            {
                if (!await TryMakeRoomAsync(file.Length, cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    private async ValueTask<bool> TryMakeRoomAsync(long bytes, CancellationToken cancellationToken)
    {
        // What has come and has no digest yet is none that could go; without it another one would go that was used later, or none.
        await Task.WhenAll(publishing.Values).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var held = await gate.EnterAsync(cancellationToken);
        return room.TryFree(held, bytes);
    }

    private void Clean(FolderLock.Held held)
    {
        if (_turn is not null)
        {
            Clear();
            CacheRoom.Release(held, _charged);
            _charged = 0;
            EndTurn();
        }
    }

    private void Clear()
    {
        if (Directory.Exists(Version))
        {
            Directory.Move(Version, folder.NewTrash());
        }
    }

    // Nobody looks at the lock's file but under the folder's lock, so nobody is left with the lock of a file that is gone.
    private void EndTurn()
    {
        _turn?.Dispose();
        _turn = null;
        File.Delete(folder.FetchLock(key));
    }
}
