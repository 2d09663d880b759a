namespace Orleans.Multiplex.Storage.Cache;

/// <summary>
/// What the cache has, as operators see it. It is looked at when somebody asks, behind him: who asks is answered soon, where the disk does not
/// answer with what was seen last.
/// </summary>
/// <param name="cache">The cache's parts.</param>
internal sealed class CacheFigures(ArtifactCache.Parts cache)
{
    /// <summary>The longest that a look is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private Task _looking = Task.CompletedTask;
    private volatile Seen? _last;

    private sealed record Seen(long Bytes, long MaxBytes, int Versions);

    /// <summary>What this process did with it.</summary>
    public CacheCounts Counts => cache.Counts;

    /// <summary>The figures; null while the cache was never seen.</summary>
    public async Task<CacheReport?> ReadAsync()
    {
        // A disk that hangs does so on no clock but the real one.
        await BeginLook().WaitAsync(Patience, TimeProvider.System, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ReadLast();
    }

    /// <summary>The figures seen last, at once; null while the cache was never seen. It is looked at behind the caller, for whoever asks next.</summary>
    public CacheReport? Glance()
    {
        _ = BeginLook();
        return ReadLast();
    }

    private CacheReport? ReadLast() => _last is { } last
        ? new CacheReport(last.Bytes, last.MaxBytes, last.Versions, cache.Counts.Hits, cache.Counts.Fetches, cache.Counts.Evictions)
        : null;

    private Task BeginLook()
    {
        lock (_lock)
        {
            if (_looking.IsCompleted)
            {
                using (ExecutionContext.SuppressFlow())
                {
                    _looking = Task.Run(LookAsync);
                }
            }

            return _looking;
        }
    }

    private async Task LookAsync()
    {
        try
        {
            using var held = await cache.Gate.EnterAsync(cache.Stopping);
            _last = new Seen(held.Bytes, cache.Room.GetMaxBytes(held), CountVersions());
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // It stays what was seen last.
        }
    }

    // Under the folder's lock: what is not being fetched is there, or left over from a process that ended in the middle, until that is swept.
    private int CountVersions()
    {
        var fetching = Directory.EnumerateFiles(cache.Folder.Fetching).Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);
        return Directory.EnumerateDirectories(cache.Folder.Versions).Count(version => !fetching.Contains(Path.GetFileName(version)));
    }
}
