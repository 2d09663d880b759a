using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>Fetches that fail, and those that take long.</summary>
[SuppressMessage("Reliability", "CA2025", Justification = "The caches are ended with the test, and with them what waits for them.")]
public sealed class CacheFetchTests : CacheTest
{
    [Fact]
    public async Task Fetch_Fails_EachWaiterIsToldAndNothingIsLeftBehind()
    {
        var manifest = Store.Put("m", 1000);
        var cache = Open();
        var half = new Checkpoint();
        Store.Halfway = async (_, token) =>
        {
            await half.PassAsync(token);
            throw new StoreUnavailableException("m", "no route to host");
        };
        var waiting = Enumerable.Range(0, 3).Select(_ => AcquireAsync(cache, manifest)).ToList();
        await half.Reached;
        half.Open();

        foreach (var one in waiting)
        {
            Assert.Equal("no route to host", (await Assert.ThrowsAsync<StoreUnavailableException>(() => one)).Reason);
        }

        Assert.Empty(Contents());
        Assert.Empty(Directory.GetFiles(Folder.Fetching));
        Assert.Equal(0, await ChargedAsync());
        Store.Halfway = (_, _) => Task.CompletedTask;
        await UseAsync(cache, manifest);
    }

    [Fact]
    public async Task Fetch_ManyVersionsAtOnce_ABoundedNumberIsUnderWay()
    {
        const int Most = 16;
        var half = new Checkpoint();
        var (reached, left) = (0, 0);
        Store.Halfway = async (_, token) =>
        {
            Interlocked.Increment(ref reached);
            await half.PassAsync(token);
            Interlocked.Increment(ref left);
        };
        var cache = Open();
        var acquiring = Enumerable.Range(0, 2 * Most).Select(i => UseAsync(cache, Store.Put($"m{i}", 1000, seed: i))).ToList();
        await UntilAsync(() => Volatile.Read(ref reached) == Most);
        for (var i = 0; i < 1000; i++)
        {
            await Task.Yield();
        }

        Assert.Equal(Most, Volatile.Read(ref reached));
        half.Open();
        await Task.WhenAll(acquiring).Soon();
        Assert.Equal(2 * Most, left);
    }

    [Fact]
    public async Task Fetch_StoreEndsTooSoon_IsAnErrorAndNotAFile()
    {
        var manifest = Store.Put("m", 1000);
        var longer = manifest with { Files = [new ModelFile("model.onnx", 1001, "tag")] };

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => AcquireAsync(Open(), longer));

        Assert.Contains("1000 of 1001 bytes", error.Message, StringComparison.Ordinal);
        Assert.Empty(Contents());
    }

    [Fact]
    public async Task Fetch_FilesChanged_IsToldAsThat()
    {
        var manifest = Store.Put("m", 1000);
        Store.Halfway = (one, _) => throw new ModelChangedException(one.Key.ToString());

        Assert.Equal("m@1", (await Assert.ThrowsAsync<ModelChangedException>(() => AcquireAsync(Open(), manifest))).Model);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/outside")]
    [InlineData("a/../../outside")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("nul\0")]
    [InlineData("model.onnx/below")]
    public async Task Fetch_NameThatIsNoPlainPath_IsRefusedBeforeAnythingIsWritten(string name)
    {
        var manifest = Store.Put("m", ("model.onnx", "graph"), (name, "hostile"));

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => AcquireAsync(Open(), manifest));

        Assert.Contains("one of its files has", error.Message, StringComparison.Ordinal);
        Assert.Empty(Store.Fetches);
        Assert.Empty(Directory.GetFiles(Root, "*outside*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Fetch_ThatTakesLong_IsLoggedNowAndThenAndAtItsEnd()
    {
        var half = new Checkpoint();
        Store.Halfway = (_, token) => half.PassAsync(token);
        FetchProgress? progress = null;
        var fetching = Open().AcquireAsync(Store.Put("m", 1000), one => progress = one, Token).AsTask();
        await half.Reached;

        Time.Advance(VersionFlight.LogInterval);
        Assert.Equal(new FetchReport(500, 1000, 100, TimeSpan.FromSeconds(5)), progress!.Read());
        Time.Advance(VersionFlight.LogInterval);
        half.Open();
        (await fetching.Soon()).Dispose();

        Assert.Equal(
            [
                "Information Fetching the files of model 'm@1': 500B of 1000B, 100B/s, about 5 s left.",
                "Information Fetching the files of model 'm@1': 500B of 1000B, 0B/s, nothing comes.",
                "Information Fetched the files of model 'm@1', 1000B, in 10000.0ms.",
            ],
            Log.Entries.Select(entry => $"{entry.Level} {entry.Message}"));
    }

    [Fact]
    public async Task Fetch_StoreGivesUpByItself_IsItsErrorAndNotAnEnd()
    {
        Store.Halfway = (_, _) => throw new TaskCanceledException("the store's own time is up");

        await Assert.ThrowsAsync<TaskCanceledException>(() => AcquireAsync(Open(), Store.Put("m", 1000)));
    }
}
