using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>
/// One version on its way into what this process knows, for all who wait for it: checked if it is on the disk, waited for if another process
/// fetches it, else fetched.
/// </summary>
/// <remarks>
/// It belongs to none of those who wait: each has its own time. When nobody has waited for a while it ends; who comes back before that finds
/// it further on. Whoever comes when the last byte is there gets the files at once; the digests, and with them the record, follow.
/// </remarks>
#pragma warning disable CA1001 // The token source has no timer and no handle: nothing to dispose, and it may be cancelled at any time.
internal sealed partial class VersionFlight(ArtifactCache.Parts cache, string key, ModelManifest manifest, Action<VersionFlight> onSettled)
#pragma warning restore CA1001
{
    /// <summary>How long a fetch goes on for which nobody waits.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>How often it is looked whether another process has ended its fetch, or whether room has come free.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long it waits until what is in the way in a full cache is not in use any more.</summary>
    public static readonly TimeSpan RoomPatience = TimeSpan.FromSeconds(30);

    /// <summary>How often a long fetch is logged.</summary>
    public static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly ILogger _logger = cache.Logger;
    private readonly string _name = manifest.Key.ToString();
    private readonly ByteSize _size = new(manifest.Files.Sum(static file => file.Length));
    private readonly CancellationTokenSource _unwanted = new();
    private readonly TaskCompletionSource<ModelArtifact?> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ImmutableDictionary<string, string>?> _digests = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users;
    private bool _isSettled;
    private ITimer? _grace;

    public string Key => key;

    public FetchProgress Progress { get; } = new(manifest.Files.Sum(static file => file.Length), cache.Time);

    /// <summary>Completes when the files can be used: with them, for as long as the caller does not leave, or with null when they are known now.</summary>
    public Task<ModelArtifact?> Ready => _ready.Task;

    /// <summary>Completes when it has ended and left nothing unfinished behind.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Takes part: waits, then uses the files. False when it has ended or is about to.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_isSettled || _unwanted.IsCancellationRequested)
            {
                return false;
            }

            _users++;
            _grace?.Dispose();
            _grace = null;
            return true;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_users > 0)
            {
                return;
            }

            if (_isSettled)
            {
                _unused.TrySetResult();
            }
            else if (!_ready.Task.IsCompleted)
            {
                _grace = cache.Time.CreateTimer(static flight => ((VersionFlight)flight!).EndIfUnwanted(), this, Grace, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Start() => Completion = Task.Run(RunAsync);

    /// <summary>Ends it, whoever waits: the silo stops.</summary>
    public void Stop() => _ = _unwanted.CancelAsync();

    private void EndIfUnwanted()
    {
        lock (_lock)
        {
            if (_users == 0 && !_isSettled)
            {
                Stop();
            }
        }
    }

    private async Task RunAsync()
    {
        using var fetch = new VersionFetch(cache.Folder, cache.Gate, cache.Room, cache.Store, key, manifest, Progress, cache.Publishing, cache.Time);
        try
        {
            if (FileNames.FindFault(manifest.Files.Select(static file => file.Name)) is { } fault)
            {
                throw new ModelLoadFailedException(manifest.Id, fault);
            }

            if (await FindOrBeginAsync(fetch, _unwanted.Token))
            {
                await FetchAsync(fetch, _unwanted.Token);
            }

            Settle();
            _ready.TrySetResult(null);
        }
#pragma warning disable CA1031 // Whatever ends it is told to each who waits.
        catch (Exception error)
#pragma warning restore CA1031
        {
            await FailAsync(fetch, error);
        }
    }

    // True when it is this one's to fetch, false when it is known.
    private async Task<bool> FindOrBeginAsync(VersionFetch fetch, CancellationToken cancellationToken)
    {
        var check = new VersionCheck(cache, key, manifest);
        for (var since = cache.Time.GetTimestamp(); ;)
        {
            if (await check.FindAsync(cancellationToken) is { } known)
            {
                cache.Known.AddOrUpdate(key, known);
                return false;
            }

            var beginning = await fetch.TryBeginAsync(cancellationToken);
            cache.Room.EmptyTrash();
            switch (beginning)
            {
                case VersionFetch.Beginning.Begun:
                    return true;
                case VersionFetch.Beginning.NoRoom when cache.Time.GetElapsedTime(since) >= RoomPatience:
                    throw CacheErrors.InUse(manifest, _size.Bytes);
                case VersionFetch.Beginning.UnderWay:
                    Progress.Set(FetchedCount.Read(cache.Folder.Version(key)));
                    break;
            }

            // Other processes are waited for, on no clock but the real one.
            await Task.Delay(LookInterval, TimeProvider.System, cancellationToken);
        }
    }

    private async Task FetchAsync(VersionFetch fetch, CancellationToken cancellationToken)
    {
        await cache.FetchTurns.WaitAsync(cancellationToken);
        try
        {
            await FetchInTurnAsync(fetch, cancellationToken);
        }
        finally
        {
            cache.FetchTurns.Release();
        }

        cache.Counts.AddFetch();
        _ready.TrySetResult(KnownVersion.MakeArtifact(cache.Folder.Files(key), manifest, cache.MakeContents(key, _digests.Task)));

        // Nobody's wait ends it any more: who has the files uses them.
        var (recordPath, digests, shared) = await PublishAsync(fetch);
        cache.Room.EmptyTrash();
        cache.Known.AddOrUpdate(key, new KnownVersion(recordPath, cache.Folder.Files(key), manifest, cache.MakeContents(key, digests), cache.Time));
        _digests.TrySetResult(digests);
        Settle();
        await _unused.Task;
        shared.Dispose();
    }

    private async Task<(string RecordPath, ImmutableDictionary<string, string> Digests, FileLock Shared)> PublishAsync(VersionFetch fetch)
    {
        var publishing = fetch.PublishAsync(cache.Stopping);
        cache.Publishing[key] = publishing;
        try
        {
            return await publishing;
        }
        finally
        {
            cache.Publishing.TryRemove(key, out _);
        }
    }

    private async Task FetchInTurnAsync(VersionFetch fetch, CancellationToken cancellationToken)
    {
        Progress.Set(0);
        var isLong = false;
        var startedAt = cache.Time.GetTimestamp();
        await using (cache.Time.CreateTimer(
            _ =>
            {
                isLong = true;
                LogFetching();
            },
            null,
            LogInterval,
            LogInterval))
        {
            await fetch.FetchAsync(cancellationToken);
        }

        var (level, took) = (isLong ? LogLevel.Information : LogLevel.Debug, cache.Time.GetElapsedTime(startedAt).TotalMilliseconds);
        LogFetched(level, _name, _size, took);
    }

    private async Task FailAsync(VersionFetch fetch, Exception error)
    {
        _digests.TrySetResult(null);
        if (_ready.Task.IsCompleted)
        {
            // The files are in use though they will not be kept.
            if (!cache.Stopping.IsCancellationRequested)
            {
                LogNotKept(_name, error.Message);
            }

            Settle();
            await _unused.Task;
            await UndoAsync(fetch);
            return;
        }

        await UndoAsync(fetch);
        if (error is IOException or UnauthorizedAccessException)
        {
            LogFault(error.Message);
        }

        Settle();
        _ready.TrySetException(_unwanted.IsCancellationRequested ? new ModelUnloadedException(_name) : CacheErrors.Translate(error, manifest));
        _ = _ready.Task.Exception;
    }

    private async Task UndoAsync(VersionFetch fetch)
    {
        try
        {
            await fetch.UndoAsync();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Its lock goes with the process at the latest, and then what it left is swept.
            LogFault(fault.Message);
        }
    }

    private void Settle()
    {
        lock (_lock)
        {
            _isSettled = true;
            _grace?.Dispose();
            if (_users == 0)
            {
                _unused.TrySetResult();
            }
        }

        onSettled(this);
    }
}
