using System.Collections.Concurrent;
using System.Collections.Immutable;
using BitFaster.Caching.Lru;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>
/// The files of the store's models on this machine: fetched once for all silos that share the folder, checked when this process first uses them,
/// and kept within a limit of bytes by removing what was not used for longest.
/// </summary>
/// <remarks>
/// Of each version there is a folder that holds its files under their names and nothing else. They are never written to after the version is
/// there, and stay where they are as long as a lease on them is held. See <see cref="CacheFolder"/> for what lies where.
/// </remarks>
internal sealed partial class ArtifactCache : IDisposable, IAsyncDisposable
{
    /// <summary>Of how many versions it is remembered that they were checked; one beyond them is checked again.</summary>
    private const int MaxKnown = 100_000;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, VersionFlight> _flights = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Parts _parts;
    private readonly ILogger _logger;
    private Task _sweeping = Task.CompletedTask;
    private bool _isStopped;

    /// <param name="store">Where the files come from.</param>
    /// <param name="folder">Where they are kept.</param>
    /// <param name="maxBytes">How many bytes of them; null for what the disk allows.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log of the room.</param>
    public ArtifactCache(IModelStore store, CacheFolder folder, long? maxBytes, TimeProvider time, ILogger logger)
    {
        var known = new ConcurrentLru<string, KnownVersion>(MaxKnown);
        var counts = new CacheCounts();
        var room = new CacheRoom(folder, maxBytes, key => known.TryRemove(key), counts, logger);
        _parts = new Parts(store, folder, new FolderLock(folder), room, known, counts, time, logger, _stopping.Token);
        _logger = logger;
        Models = new CachedModels(folder, store.Name);
        Figures = new CacheFigures(_parts);
    }

    /// <summary>Which models have files here.</summary>
    public CachedModels Models { get; }

    /// <summary>What it has, and what this process did with it.</summary>
    public CacheFigures Figures { get; }

    /// <summary>What the cache's parts have in common.</summary>
    internal sealed record Parts(
        IModelStore Store,
        CacheFolder Folder,
        FolderLock Gate,
        CacheRoom Room,
        ConcurrentLru<string, KnownVersion> Known,
        CacheCounts Counts,
        TimeProvider Time,
        ILogger Logger,
        CancellationToken Stopping)
    {
        /// <summary>How many versions are fetched at once: of the others, none has opened files or connections yet.</summary>
        private const int MaxFetches = 16;

        /// <summary>The turns of fetches.</summary>
        public SemaphoreSlim FetchTurns { get; } = new(MaxFetches);

        /// <summary>Versions whose files have come and whose digests follow: until then they are none that could make room for others.</summary>
        public ConcurrentDictionary<string, Task> Publishing { get; } = new(StringComparer.Ordinal);

        /// <summary>What the files of a version hold that is on the disk.</summary>
        public ArtifactContents MakeContents(string key, ImmutableDictionary<string, string> digests) =>
            MakeContents(key, Task.FromResult<ImmutableDictionary<string, string>?>(digests));

        /// <summary>What the files of a version hold.</summary>
        public ArtifactContents MakeContents(string key, Task<ImmutableDictionary<string, string>?> digests) =>
            new(Folder, key, digests, () => Known.TryGet(key, out var known) ? known.TryLease() : null, age => NoteUse(key, age), TryReserveAsync);

        private void NoteUse(string key, TimeSpan age)
        {
            if (Known.TryGet(key, out var known))
            {
                known.NoteUse(age);
            }
        }

        private async ValueTask<bool> TryReserveAsync(long bytes, CancellationToken cancellationToken)
        {
            bool isReserved;
            using (var held = await Gate.EnterAsync(cancellationToken))
            {
                isReserved = bytes <= Room.GetMaxBytes(held) && Room.TryReserve(held, bytes);
            }

            Room.EmptyTrash();
            return isReserved;
        }
    }

    /// <summary>Removes what processes left that ended in the middle, without anybody waiting for it.</summary>
    public void Start() => _sweeping = Task.Run(SweepAsync);

    /// <summary>
    /// The files of a version, fetched where they are not on this machine. All who ask for it at once wait for one fetch, on this machine and not only
    /// in this process.
    /// </summary>
    /// <param name="manifest">The version.</param>
    /// <param name="onFetch">Is told how to follow the fetch, where there is something to wait for.</param>
    /// <param name="cancellationToken">Ends the wait, not the fetch, which ends when nobody has waited for it for a while.</param>
    /// <exception cref="ModelChangedException">The store has other files than the manifest says.</exception>
    /// <exception cref="MultiplexException">The store is unavailable, the disk is full, or the files cannot be kept.</exception>
    public async ValueTask<ArtifactLease> AcquireAsync(ModelManifest manifest, Action<FetchProgress>? onFetch, CancellationToken cancellationToken)
    {
        var key = VersionKey.Of(_parts.Store.Name, manifest);
        try
        {
            while (true)
            {
#pragma warning disable CA2000 // The caller owns it.
                if (TryLease(key) is { } lease)
#pragma warning restore CA2000
                {
                    _parts.Counts.AddHit();
                    return lease;
                }

                if (!TryJoin(key, manifest, out var flight))
                {
                    await flight.Completion.WaitAsync(cancellationToken);
                }
                else if (await FollowAsync(flight, onFetch, cancellationToken) is { } early)
                {
                    return early;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw CacheErrors.Translate(fault, manifest);
        }
    }

    /// <summary>Whether the files of a version are on this machine, as far as can be seen without reading them.</summary>
    public bool Contains(ModelManifest manifest)
    {
        var key = VersionKey.Of(_parts.Store.Name, manifest);
        using var lease = TryLease(key);
        return lease is not null || CacheScan.FindRecord(_parts.Folder.Version(key)) is not null;
    }

    public void Dispose() => _ = Stop();

    /// <summary>Ends what is under way and waits until it has; not long for a store that blocks.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Stop())
        .WaitAsync(StopPatience, TimeProvider.System, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private List<Task> Stop()
    {
        List<VersionFlight> ending;
        lock (_lock)
        {
            if (_isStopped)
            {
                return [];
            }

            _isStopped = true;
            ending = [.. _flights.Values];
        }

        _stopping.Cancel();
        ending.ForEach(static flight => flight.Stop());
        _stopping.Dispose();
        return [_sweeping, .. ending.Select(static flight => flight.Completion)];
    }

    private ArtifactLease? TryLease(string key)
    {
        if (!_parts.Known.TryGet(key, out var known))
        {
            return null;
        }

        var lease = known.TryLease();
        if (lease is null)
        {
            _parts.Known.TryRemove(new KeyValuePair<string, KnownVersion>(key, known));
        }

        return lease;
    }

    // Null when the files are known now.
    private static async ValueTask<ArtifactLease?> FollowAsync(VersionFlight flight, Action<FetchProgress>? onFetch, CancellationToken cancellationToken)
    {
        var isUsing = false;
        try
        {
            onFetch?.Invoke(flight.Progress);
            var artifact = await flight.Ready.WaitAsync(cancellationToken);
            isUsing = artifact is not null;
            return isUsing ? new ArtifactLease(artifact!, flight.Leave) : null;
        }
        finally
        {
            if (!isUsing)
            {
                flight.Leave();
            }
        }
    }

    private bool TryJoin(string key, ModelManifest manifest, out VersionFlight flight)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            if (!_flights.TryGetValue(key, out flight!))
            {
                _flights[key] = flight = new VersionFlight(_parts, key, manifest, Remove);

                // It belongs to nobody: neither a caller's request context nor its trace may flow into it.
                using (ExecutionContext.SuppressFlow())
                {
                    flight.Start();
                }
            }

            return flight.TryJoin();
        }
    }

    private void Remove(VersionFlight flight)
    {
        lock (_lock)
        {
            _flights.Remove(flight.Key);
        }
    }

    private async Task SweepAsync()
    {
        try
        {
            using (var held = await _parts.Gate.EnterAsync(_parts.Stopping))
            {
                var scan = _parts.Room.Sweep(held);
                LogSwept(_parts.Folder.Root, new ByteSize(scan.Bytes), scan.Versions.Count, new ByteSize(_parts.Room.GetMaxBytes(held)), scan.Leftovers);
            }

            _parts.Room.EmptyTrash();
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNotSwept(fault.Message);
        }
    }

    [LoggerMessage(LogEvents.StorageIds + 26, LogLevel.Information,
        "The cache of models '{Folder}' has {Bytes} of {Versions} model versions, of at most {MaxBytes}; {Leftovers} were left unfinished and are removed.")]
    private partial void LogSwept(string folder, ByteSize bytes, int versions, ByteSize maxBytes, int leftovers);

    [LoggerMessage(LogEvents.StorageIds + 27, LogLevel.Warning, "The cache of models could not be swept: {Fault}")]
    private partial void LogNotSwept(string fault);
}
