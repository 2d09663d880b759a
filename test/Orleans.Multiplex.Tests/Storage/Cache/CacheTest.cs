using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>A cache in a folder of its own. What a test opens is ended with it.</summary>
public abstract class CacheTest : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ArtifactCache> _opened = [];

    private readonly List<Func<Task>> _ends = [];

    internal StoredFiles Store { get; } = new();

    internal RecordedLog Log { get; } = new();

    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal CacheFolder Folder => CacheFolder.Open(Root);

    /// <summary>The folder that the settings name.</summary>
    protected string Root => _folder.Path;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in _opened)
        {
            await cache.DisposeAsync();
        }

        foreach (var end in _ends)
        {
            await end().Soon();
        }

        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Has something waited for before the folder is removed.</summary>
    protected void AtEnd(Func<Task> end) => _ends.Add(end);

    /// <summary>Opens the cache as a process does that has just started; several are as several processes.</summary>
    internal ArtifactCache Open(long? maxBytes = 1L << 30, IModelStore? store = null)
    {
        var cache = new ArtifactCache(store ?? Store, Folder, maxBytes, Time, Log);
        _opened.Add(cache);
        return cache;
    }

    internal static async Task<ArtifactLease> AcquireAsync(ArtifactCache cache, ModelManifest manifest) =>
        await cache.AcquireAsync(manifest, null, Token).Soon();

    /// <summary>Uses a version for a moment.</summary>
    internal static async Task UseAsync(ArtifactCache cache, ModelManifest manifest) => (await AcquireAsync(cache, manifest)).Dispose();

    /// <summary>Uses a version for a moment as one that is known, which it is some time after it was written down.</summary>
    internal static async Task UseKnownAsync(ArtifactCache cache, ModelManifest manifest)
    {
        for (var before = await CountHitsAsync(cache); await CountHitsAsync(cache) == before;)
        {
            await UseAsync(cache, manifest);
        }
    }

    /// <summary>Waits until what was fetched has been published, so that nothing of it is under way.</summary>
    internal Task SettleAsync(int versions) => UntilAsync(() => Records().Length >= versions && !Directory.EnumerateFiles(Folder.Fetching).Any());

    /// <summary>Looks again and again.</summary>
    internal static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!holds())
        {
            Token.ThrowIfCancellationRequested();
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>The records of the versions that are whole.</summary>
    internal string[] Records() => Directory.GetFiles(Folder.Versions, "*.json", SearchOption.AllDirectories);

    /// <summary>The files of the cache that hold bytes of models.</summary>
    internal string[] Contents() => Directory.Exists(Folder.Versions)
        ? [.. Directory.GetFiles(Folder.Versions, "*", SearchOption.AllDirectories).Where(path => path.Contains("/files/", StringComparison.Ordinal))]
        : [];

    private static async Task<long> CountHitsAsync(ArtifactCache cache) => (await cache.Figures.ReadAsync().Soon())?.Hits ?? 0;

    /// <summary>The bytes that the cache charges itself.</summary>
    internal async Task<long> ChargedAsync()
    {
        using var held = await new FolderLock(Folder).EnterAsync(Token);
        return held.Bytes;
    }
}
