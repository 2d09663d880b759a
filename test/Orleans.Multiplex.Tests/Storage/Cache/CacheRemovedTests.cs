using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>Somebody removes the cache's folder, or a part of it, while it is in use.</summary>
[SuppressMessage("Reliability", "CA2025", Justification = "The caches are ended with the test, and with them what waits for them.")]
public sealed class CacheRemovedTests : CacheTest
{
    [Theory]
    [InlineData("")]
    [InlineData("v1")]
    [InlineData("v1/versions")]
    [InlineData("v1/blobs")]
    [InlineData("v1/fetching")]
    [InlineData("v1/trash")]
    public async Task Acquire_FolderRemoved_FetchesAnewIntoANewOne(string part)
    {
        var (one, two) = (Store.Put("one", 1000), Store.Put("two", 1000, seed: 2));
        var cache = Open();
        await UseAsync(cache, one);
        await SettleAsync(1);

        Directory.Delete(Path.Combine(Root, part), recursive: true);

        foreach (var model in new[] { two, one })
        {
            using var lease = await AcquireAsync(cache, model);
            Assert.Equal(Store.Get(model), await File.ReadAllBytesAsync(lease.Artifact.GetPath("model.onnx"), Token));
        }

        await SettleAsync(2);
        Assert.Equal(2000, await ChargedAsync());
        Assert.Equal(2, (await cache.Figures.ReadAsync().Soon())!.Versions);
        Assert.DoesNotContain(Log.Entries, static entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    public async Task Fetch_FolderRemovedInTheMiddle_FailsSoonAndTheNextOneServes()
    {
        var manifest = Store.Put("m", 1000);
        var cache = Open();
        var half = new Checkpoint();
        Store.Halfway = (_, token) => half.PassAsync(token);
        var fetching = AcquireAsync(cache, manifest);
        await half.Reached;

        Directory.Delete(Root, recursive: true);
        Store.Halfway = static (_, _) => Task.CompletedTask;
        half.Open();

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => fetching);
        Assert.Contains("Multiplex:Cache:Path", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Root, error.Message, StringComparison.Ordinal);
        await UseAsync(cache, manifest);
        await SettleAsync(1);
        Assert.Equal(1000, await ChargedAsync());
    }

    [Fact]
    public async Task Acquire_FolderThatCannotBeMadeAgain_IsAnErrorAndNotAWait()
    {
        var cache = Open();
        Directory.Delete(Root, recursive: true);
        await File.WriteAllTextAsync(Root, "in the way", Token);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => AcquireAsync(cache, Store.Put("m", 1000)));

        Assert.Contains("Multiplex:Cache:Path", error.Message, StringComparison.Ordinal);
        File.Delete(Root);
        Directory.CreateDirectory(Root);
    }

    [Fact]
    public void Lock_InAFolderThatIsGone_IsNotTakenForHeld() =>
        Assert.Throws<DirectoryNotFoundException>(() => FileLock.TryTake(Path.Combine(Root, "no", "lock"), create: true));
}
