using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

[SuppressMessage("Reliability", "CA2025", Justification = "The caches are ended with the test, and with them what waits for them.")]
[SuppressMessage("Interoperability", "CA1416", Justification = "Unix file modes.")]
public sealed class ArtifactCacheTests : CacheTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Acquire_NewVersion_HasExactlyItsFilesUnderTheirNamesReadOnly(bool isBackwards)
    {
        Store.IsBackwards = isBackwards;
        var manifest = Store.Put("m", ("model.onnx", "graph"), ("weights/0.bin", "weights"), ("empty", ""));

        using var lease = await AcquireAsync(Open(), manifest);

        var folder = Path.GetDirectoryName(lease.Artifact.GetPath("model.onnx"))!;
        Assert.Equal(
            ["empty", "model.onnx", "weights/0.bin"],
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal));
        Assert.Equal(("m", 1L, "graph"), (lease.Artifact.Id, lease.Artifact.Version, await File.ReadAllTextAsync(lease.Artifact.GetPath("model.onnx"), Token)));
        Assert.Equal("weights", await File.ReadAllTextAsync(lease.Artifact.GetPath("weights/0.bin"), Token));
        await SettleAsync(1);
        Assert.All(Contents(), path => Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(path)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder.Root));
        Assert.Equal(12, await ChargedAsync());
    }

    [Fact]
    public async Task Acquire_Again_FetchesNothing()
    {
        var manifest = Store.Put("m", 1000);
        var cache = Open();
        await UseAsync(cache, manifest);
        await UseAsync(cache, manifest);
        await SettleAsync(1);
        await UseAsync(cache, manifest);

        await UseAsync(Open(), manifest);

        Assert.Equal(["m/model.onnx"], Store.Fetches);
    }

    [Fact]
    public async Task Acquire_OtherTagIdOrStore_IsAnotherVersion()
    {
        var cache = Open();
        var manifest = Store.Put("m", 1000);
        var other = new StoredFiles { Name = "memory://other" };
        other.Put("m", 1000);

        await UseAsync(cache, manifest);
        await UseAsync(cache, Store.Put("m", 1000, seed: 1));
        await UseAsync(cache, Store.Put("n", 1000));
        await UseAsync(Open(store: other), manifest);

        await SettleAsync(4);
        Assert.Equal((3, 1), (Store.Fetches.Count, other.Fetches.Count));
    }

    [Fact]
    public async Task Acquire_SameContentInSeveralVersions_IsOnTheDiskOnce()
    {
        var cache = Open();
        var one = Store.Put("one", ("model.onnx", "the same content"), ("twice.onnx", "the same content"));
        var two = Store.Put("two", ("model.onnx", "the same content"), ("own", "own"));

        await UseAsync(cache, one);
        await SettleAsync(1);
        using var lease = await AcquireAsync(cache, two);
        await SettleAsync(2);

        Assert.Equal(2, Directory.GetFiles(Folder.Blobs).Length);
        Assert.Equal("the same content", await File.ReadAllTextAsync(lease.Artifact.GetPath("model.onnx"), Token));
        Assert.Equal(16 + 3, await ChargedAsync());
    }

    [Fact]
    public async Task Acquire_ByManyAtOnce_FetchesOnce()
    {
        var manifest = Store.Put("m", 100_000);
        var (one, two) = (Open(), Open());
        var half = new Checkpoint();
        Store.Halfway = (_, token) => half.PassAsync(token);

        var acquiring = Enumerable.Range(0, 200).Select(i => Task.Run(() => AcquireAsync(i % 2 == 0 ? one : two, manifest))).ToList();
        await half.Reached;
        Assert.DoesNotContain(acquiring, one => one.IsCompleted);
        half.Open();
        var leases = await Task.WhenAll(acquiring).Soon();

        Assert.Single(Store.Fetches);
        Assert.All(leases, lease => Assert.Equal(100_000, new FileInfo(lease.Artifact.GetPath("model.onnx")).Length));
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task Acquire_OneCallerGoes_TheFetchGoesOnForTheOthers()
    {
        var manifest = Store.Put("m", 1000);
        var cache = Open();
        var half = new Checkpoint();
        Store.Halfway = (_, token) => half.PassAsync(token);
        using var goes = new CancellationTokenSource();
        var going = cache.AcquireAsync(manifest, null, goes.Token).AsTask();
        var staying = AcquireAsync(cache, manifest);
        await half.Reached;

        await goes.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => going.Soon());
        Time.Advance(VersionFlight.Grace * 2);
        half.Open();
        (await staying).Dispose();
        Assert.Single(Store.Fetches);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Acquire_AllCallersGo_TheFetchEndsAfterAWhileUnlessOneComesBack(bool comesBack)
    {
        var manifest = Store.Put("m", 1000);
        var cache = Open();
        var half = new Checkpoint();
        var ended = new TaskCompletionSource();
        Store.Halfway = async (_, token) =>
        {
            token.Register(() => ended.TrySetResult());
            await half.PassAsync(token);
        };
        using var goes = new CancellationTokenSource();
        var going = cache.AcquireAsync(manifest, null, goes.Token).AsTask();
        await half.Reached;
        await goes.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => going.Soon());

        Time.Advance(VersionFlight.Grace - TimeSpan.FromSeconds(1));
        var back = comesBack ? AcquireAsync(cache, manifest) : null;
        Time.Advance(TimeSpan.FromSeconds(1));

        if (!comesBack)
        {
            await ended.Task.Soon();
            Store.Halfway = (_, _) => Task.CompletedTask;
            back = AcquireAsync(cache, manifest);
        }

        half.Open();
        (await back!).Dispose();
        Assert.Equal((comesBack ? 1 : 2, comesBack), (Store.Fetches.Count, !ended.Task.IsCompleted));
    }

    [Fact]
    public async Task Dispose_DuringAFetch_WaitersAreToldToGoElsewhereAndNothingIsLeft()
    {
        var cache = Open();
        var half = new Checkpoint();
        Store.Halfway = (_, _) => half.PassDeafAsync();
        var waiting = AcquireAsync(cache, Store.Put("m", 1000));
        await half.Reached;

        await cache.DisposeAsync();

        await Assert.ThrowsAsync<ModelUnloadedException>(() => waiting);
        Assert.Empty(Contents());
        half.Open();
    }

    [Fact]
    public async Task Lease_OfAVersionThatIsBeingWrittenDown_ServesAtOnceAndKeepsItsFiles()
    {
        var manifest = Store.Put("m", 1000);
        var cache = Open();
        using var lease = await AcquireAsync(cache, manifest);
        await SettleAsync(1);
        var record = Assert.Single(Records());

        Assert.Null(FileLock.TryTake(record, create: false));
        lease.Dispose();

        await UntilAsync(() =>
        {
            using var free = FileLock.TryTake(record, create: false);
            return free is not null;
        });
        using (await AcquireAsync(cache, manifest))
        {
            Assert.Null(FileLock.TryTake(record, create: false));
        }

        FileLock.TryTake(record, create: false)!.Dispose();
    }

    [Fact]
    public async Task Use_IsNotedOnceAMinute()
    {
        var manifest = Store.Put("m", 1000);
        var cache = Open();
        await UseAsync(cache, manifest);
        await SettleAsync(1);
        await UseKnownAsync(cache, manifest);
        var record = Assert.Single(Records());
        var first = Time.GetUtcNow().UtcDateTime;

        Time.Advance(TimeSpan.FromSeconds(59));
        await UseAsync(cache, manifest);
        Assert.Equal(first, File.GetLastWriteTimeUtc(record));
        Time.Advance(TimeSpan.FromSeconds(1));
        await UseAsync(cache, manifest);

        Assert.Equal(first.AddMinutes(1), File.GetLastWriteTimeUtc(record));
    }
}
