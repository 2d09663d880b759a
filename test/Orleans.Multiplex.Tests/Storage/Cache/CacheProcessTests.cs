using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>Processes that share a cache, and one that is killed.</summary>
[SuppressMessage("Reliability", "CA2025", Justification = "The caches are ended with the test, and with them what waits for them.")]
public sealed class CacheProcessTests : CacheTest
{
    [Fact]
    public async Task Acquire_WhileAnotherProcessFetches_WaitsAndFetchesNothing()
    {
        using var other = CacheProcess.StartFetch(Root);
        Assert.Equal("half", await other.ReadAsync());
        var manifest = Store.Put("m", CacheProcess.Length);
        FetchProgress? progress = null;
        var waiting = Open().AcquireAsync(manifest, one => progress = one, Token).AsTask();
        await UntilAsync(() => progress?.Read()?.Bytes == CacheProcess.Length / 2);
        Assert.False(waiting.IsCompleted);

        other.GoOn();

        using var lease = await waiting.Soon();
        Assert.Equal(Store.Get(manifest), await File.ReadAllBytesAsync(lease.Artifact.GetPath("model.onnx"), Token));
        Assert.Empty(Store.Fetches);
    }

    [Fact]
    public async Task Acquire_AnotherProcessIsKilledInMidWrite_TakesOverFromTheBeginning()
    {
        using var other = CacheProcess.StartFetch(Root);
        Assert.Equal("half", await other.ReadAsync());
        var manifest = Store.Put("m", CacheProcess.Length);
        var waiting = AcquireAsync(Open(), manifest);

        await other.KillAsync();

        using var lease = await waiting;
        Assert.Equal(Store.Get(manifest), await File.ReadAllBytesAsync(lease.Artifact.GetPath("model.onnx"), Token));
        Assert.Single(Store.Fetches);
    }

    [Fact]
    public async Task Start_AfterAKillInMidWrite_WhatWasLeftGoesAndIsNeverTakenForWhole()
    {
        using var other = CacheProcess.StartFetch(Root);
        Assert.Equal("half", await other.ReadAsync());

        // While it lives it is let alone.
        Open().Start();
        await Log.WhenLogged($"The cache of models '{Folder.Root}' has 2.86MiB of 0 model versions");
        Assert.Single(Contents());
        await other.KillAsync();
        Assert.Single(Contents());

        Open().Start();

        await Log.WhenLogged($"The cache of models '{Folder.Root}' has 0B of 0 model versions, of at most 1GiB; 1 were left unfinished");
        await UntilAsync(() => Contents().Length == 0 && Directory.GetFileSystemEntries(Folder.Trash).Length == 0);
        await UseAsync(Open(), Store.Put("m", CacheProcess.Length));
        Assert.Single(Store.Fetches);
    }

    [Fact]
    public async Task Evict_WhatAnotherProcessUses_StaysUntilThatHasEnded()
    {
        using var other = CacheProcess.StartFetch(Root);
        Assert.Equal("half", await other.ReadAsync());
        other.GoOn();
        Assert.Equal("done", await other.ReadAsync());
        await SettleAsync(1);
        var waiting = AcquireAsync(Open(maxBytes: CacheProcess.Length + 1), Store.Put("n", 1000));
        await Task.Delay(VersionFlight.LookInterval * 3, TimeProvider.System, Token);
        Assert.False(waiting.IsCompleted);
        Assert.Single(Contents());

        await other.KillAsync();

        (await waiting).Dispose();
    }

    [Fact]
    public async Task Fetch_DiskFull_OlderOnesGoAndWhatNeverFitsIsAnErrorThatNamesTheSetting()
    {
        using var process = CacheProcess.StartOnSmallDisk(Root);

        var said = (await process.ReadAllAsync()).TrimEnd().Split('\n');

        Assert.Equal(["m0 True", "m1 True", "m2 True"], said[..3]);
        Assert.StartsWith("large False There is no room on the disk of the cache (Multiplex:Cache:Path) for the files of model 'large@1'", said[3], StringComparison.Ordinal);
        Assert.DoesNotContain(Root, said[3], StringComparison.Ordinal);
        Assert.Equal(["m1 True", "m2 True", "m0/model.onnx m1/model.onnx m2/model.onnx"], said[4..]);
    }
}
