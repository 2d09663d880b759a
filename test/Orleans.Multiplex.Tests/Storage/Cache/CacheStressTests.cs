using Orleans.Multiplex.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

public sealed class CacheStressTests : CacheTest
{
    // Three caches publish versions that have a content in common, while others delete what is on its way out as fast as they can.
    [Fact]
    public async Task ManyVersionsOfOneContent_WhileOthersEmptyTheTrash_AreAllKept()
    {
        const int Count = 150;
        var caches = Enumerable.Range(0, 3).Select(_ => Open()).ToList();

        // Of those that come at once with a new content, each keeps its own.
        await UseKnownAsync(caches[0], Store.Put("first", ("a", "the same")));
        var room = new CacheRoom(Folder, maxBytes: null, static _ => { }, new CacheCounts(), Log);
        using var end = new CancellationTokenSource();
        var emptying = Enumerable.Range(0, 2).Select(_ => Task.Run(
            () =>
            {
                while (!end.IsCancellationRequested)
                {
                    room.EmptyTrash();
                }
            },
            Token)).ToList();

        await Parallel.ForEachAsync(Enumerable.Range(0, Count), Token, async (i, _) => await UseAsync(
            caches[i % caches.Count], Store.Put($"m{i}", ("a", "the same"), ("b", "the same"), ("c", "the same"), ("d", "the same"))));
        await UntilAsync(() => !Directory.EnumerateFiles(Folder.Fetching).Any());
        await end.CancelAsync();
        await Task.WhenAll(emptying);

        Assert.DoesNotContain(Log.Entries, static entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
        Assert.Equal((Count + 1, 1), (Records().Length, Directory.GetFiles(Folder.Blobs).Length));
        Assert.Equal(8, await ChargedAsync());
    }

    // Twelve versions of which seven fit, wanted by three caches that share the folder, from many sides at once: what a lease is held on is
    // there and right, and the limit holds.
    [Fact]
    public async Task ManyCallersOfFewVersions_OnASmallLimit_AlwaysHaveTheRightFiles()
    {
        const int Limit = 75_000;
        var caches = Enumerable.Range(0, 3).Select(_ => Open(Limit)).ToList();
        var models = Enumerable.Range(0, 12).Select(i => Store.Put($"m{i}", 10_000, seed: i)).ToList();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 60; i++)
            {
                var model = models[random.Next(models.Count)];
                using var lease = await AcquireAsync(caches[random.Next(caches.Count)], model);
                if (i % 3 == 0)
                {
                    await Task.Yield();
                }

                Assert.Equal(Store.Get(model), await File.ReadAllBytesAsync(lease.Artifact.GetPath("model.onnx"), Token));
                Assert.InRange(await ChargedAsync(), 0, Limit);
            }
        }))).WaitAsync(TimeSpan.FromMinutes(3), Token);

        foreach (var cache in caches)
        {
            await cache.DisposeAsync();
        }

        Assert.Empty(Directory.GetFiles(Folder.Fetching));
        Assert.Equal(Records().Length * 10_000, await ChargedAsync());
        Assert.Equal(Records().Length, Directory.GetFiles(Folder.Blobs).Length);
        Assert.DoesNotContain(Log.Entries, entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }
}
