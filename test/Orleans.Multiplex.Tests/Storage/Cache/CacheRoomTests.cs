using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

[SuppressMessage("Reliability", "CA2025", Justification = "The caches are ended with the test, and with them what waits for them.")]
public sealed class CacheRoomTests : CacheTest
{
    [Fact]
    public async Task Fetch_BeyondTheLimit_WhatWasNotUsedForLongestGoes()
    {
        var cache = Open(maxBytes: 3000);
        var models = Enumerable.Range(0, 4).Select(i => Store.Put($"m{i}", 1000, seed: i)).ToList();
        for (var i = 0; i < 3; i++)
        {
            await UseAsync(cache, models[i]);
            await SettleAsync(i + 1);
            Time.Advance(TimeSpan.FromMinutes(1));
        }

        await UseAsync(cache, models[0]);
        await SettleAsync(3);
        await UseAsync(cache, models[3]);
        await SettleAsync(3);

        // The use of the first is a minute old, the fetch of the third two, that of the second three.
        foreach (var model in (ModelManifest[])[models[0], models[2], models[3]])
        {
            await UseAsync(cache, model);
        }

        Assert.Equal(4, Store.Fetches.Count);
        Assert.Contains("Removed the files of model 'm1@1' from the cache, 1000B, last used at 2026-01-01 00:01:00Z, to make room for others.", Log.Messages);
        await UseAsync(cache, models[1]);
        Assert.Equal(5, Store.Fetches.Count);
        await SettleAsync(3);
        Assert.Equal(3000, await ChargedAsync());
        Assert.Equal(3, Directory.GetFiles(Folder.Blobs).Length);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Trash));
    }

    [Fact]
    public async Task Fetch_BeyondTheLimit_WhatIsInUseAnywhereStays()
    {
        var (cache, other) = (Open(maxBytes: 2000), Open(maxBytes: 2000));
        var models = Enumerable.Range(0, 3).Select(i => Store.Put($"m{i}", 1000, seed: i)).ToList();
        using var inUse = await AcquireAsync(other, models[0]);
        await SettleAsync(1);
        Time.Advance(TimeSpan.FromMinutes(5));
        await UseAsync(cache, models[1]);
        await SettleAsync(2);

        await UseAsync(cache, models[2]);

        Assert.Equal(Store.Get(models[0]), await File.ReadAllBytesAsync(inUse.Artifact.GetPath("model.onnx"), Token));
        await UseAsync(cache, models[0]);
        Assert.Equal(3, Store.Fetches.Count);
    }

    [Fact]
    public async Task Fetch_EverythingIsInUse_WaitsForItsEnd()
    {
        var cache = Open(maxBytes: 1500);
        var inUse = await AcquireAsync(cache, Store.Put("one", 1000));
        await SettleAsync(1);
        var waiting = AcquireAsync(cache, Store.Put("two", 1000, seed: 2));
        Assert.False(waiting.IsCompleted);

        inUse.Dispose();

        (await waiting).Dispose();
        Assert.Equal(2, Store.Fetches.Count);
    }

    [Fact]
    public async Task Fetch_EverythingStaysInUse_IsNoRoomForNow()
    {
        var cache = Open(maxBytes: 1500);
        using var inUse = await AcquireAsync(cache, Store.Put("one", 1000));
        await SettleAsync(1);
        var waiting = AcquireAsync(cache, Store.Put("two", 1000, seed: 2));
        while (!waiting.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => waiting);
        Assert.Equal((false, "two@1"), (error.IsPermanent, error.ModelId));
        Assert.Contains("Multiplex:Cache:MaxBytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(1000, new FileInfo(inUse.Artifact.GetPath("model.onnx")).Length);
    }

    [Fact]
    public async Task Fetch_LargerThanTheWholeCache_IsRefusedAndCostsNoOtherItsPlace()
    {
        var cache = Open(maxBytes: 1500);
        var one = Store.Put("one", 1000);
        await UseAsync(cache, one);
        await SettleAsync(1);

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => AcquireAsync(cache, Store.Put("two", 1501, seed: 2)));

        Assert.True(error.IsPermanent);
        Assert.Equal("The files of model 'two@1' take 1.47KiB, more than the whole cache of 1.46KiB (Multiplex:Cache:MaxBytes).", error.Message);
        await UseAsync(Open(maxBytes: 1500), one);
        Assert.Single(Store.Fetches);
    }

    [Fact]
    public async Task Fetch_MoreThanTheFileSystemCanHold_IsNoRoomOnTheDiskAndCostsNoOtherItsPlace()
    {
        var cache = Open(maxBytes: long.MaxValue);
        var one = Store.Put("one", 1000);
        await UseAsync(cache, one);
        await SettleAsync(1);
        var huge = Store.Put("huge", 10) with { Files = [new ModelFile("model.onnx", 1L << 61, "tag")] };

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => AcquireAsync(cache, huge));

        Assert.False(error.IsPermanent);
        Assert.Contains("Multiplex:Cache:Path", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Root, error.Message, StringComparison.Ordinal);
        Assert.Single(Contents());
        Assert.Equal(1000, await ChargedAsync());
        await UseAsync(cache, one);
        Assert.Single(Store.Fetches);
    }

    [Fact]
    public async Task Sweep_WhatProcessesLeft_GoesAndWhatTheyUseStays()
    {
        var cache = Open();
        await UseAsync(cache, Store.Put("whole", 1000));
        await SettleAsync(1);
        var half = new Checkpoint();
        Store.Halfway = (_, token) => half.PassAsync(token);
        var fetching = AcquireAsync(cache, Store.Put("fetching", 2000, seed: 1));
        await half.Reached;
        Leave(Folder.Files("leftover"), "model.onnx");
        Leave(Folder.Version("leftover"), "x.plan");
        Leave(Folder.Blobs, new string('a', 64));
        Leave(Folder.Fetching, "leftover.lock");
        Leave(Path.Combine(Folder.Trash, "old"), "file");
        using (var held = await new FolderLock(Folder).EnterAsync(Token))
        {
            held.Bytes = 1 << 20;
        }

        var starting = Open();
        starting.Start();
        await Log.WhenLogged($"The cache of models '{Folder.Root}' has 2.93KiB of 1 model versions, of at most 1GiB; 1 were left unfinished and are removed.");
        await starting.DisposeAsync();

        Assert.Equal(3000, await ChargedAsync());
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Trash));
        Assert.Equal((2, 1, 1), (Directory.GetDirectories(Folder.Versions).Length, Directory.GetFiles(Folder.Blobs).Length, Directory.GetFiles(Folder.Fetching).Length));
        half.Open();
        (await fetching).Dispose();
        Assert.Equal(2, Store.Fetches.Count);
    }

    [Fact]
    public async Task Limit_LeftOut_IsWhatTheDiskAllows()
    {
        var cache = Open(maxBytes: null);
        var disk = new DriveInfo(Root);
        var most = CacheLimit.GetDefault(0, disk.AvailableFreeSpace, disk.TotalSize) / 2;

        Assert.True((await Assert.ThrowsAsync<NoCapacityException>(() => AcquireAsync(cache, Huge(CacheLimit.Most + 1)))).IsPermanent);
        Assert.InRange(most, 1, CacheLimit.Most);
        await UseAsync(cache, Store.Put("m", 1000));

        ModelManifest Huge(long length) => Store.Put("huge", 10) with { Files = [new ModelFile("model.onnx", length, "tag")] };
    }

    private static void Leave(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name), "left");
    }
}
