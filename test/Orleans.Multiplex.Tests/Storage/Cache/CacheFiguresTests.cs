using Orleans.Multiplex.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>What operators are told of the cache.</summary>
public sealed class CacheFiguresTests : CacheTest
{
    [Fact]
    public async Task Read_AfterFetchesHitsAndEvictions_CountsWhatThisProcessDid()
    {
        var (cache, other) = (Open(maxBytes: 3500), Open(maxBytes: 3500));
        var models = Enumerable.Range(0, 4).Select(i => Store.Put($"m{i}", 1000, seed: i)).ToList();
        foreach (var (model, there) in models.Select(static (model, i) => (model, Math.Min(i + 1, 3))))
        {
            await UseAsync(cache, model);
            await SettleAsync(there);
            Time.Advance(TimeSpan.FromMinutes(1));
        }

        await UseKnownAsync(cache, models[2]);
        await UseAsync(other, models[3]);

        Assert.Equal(new CacheReport(3000, 3500, Versions: 3, Hits: 1, Fetches: 4, Evictions: 1), await cache.Figures.ReadAsync().Soon());
        Assert.Equal(new CacheReport(3000, 3500, Versions: 3, Hits: 1, Fetches: 0, Evictions: 0), await other.Figures.ReadAsync().Soon());
    }

    [Fact]
    public async Task Read_WhileAVersionIsFetched_HasItsBytesAndDoesNotCountIt()
    {
        var cache = Open();
        var (half, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        Store.Halfway = async (_, _) =>
        {
            half.TrySetResult();
            await end.Task;
        };
        var fetching = UseAsync(cache, Store.Put("m", 1000));
        await half.Task.Soon();

        var figures = await cache.Figures.ReadAsync().Soon();
        end.SetResult();
        await fetching;

        Assert.Equal((1000L, 0, 0L), (figures!.Bytes, figures.Versions, figures.Fetches));
    }

    [Fact]
    public async Task Read_DiskDoesNotAnswer_IsWhatWasSeenLastAndSoon()
    {
        var cache = Open();
        using (await new FolderLock(Folder).EnterAsync(Token))
        {
            Assert.Null(await cache.Figures.ReadAsync().Soon());
        }

        await UseAsync(cache, Store.Put("m", 1000));
        await SettleAsync(1);
        await UntilFreeAsync();
        Assert.Equal(1, (await cache.Figures.ReadAsync().Soon())!.Versions);
        using (await new FolderLock(Folder).EnterAsync(Token))
        {
            await UseKnownAsync(cache, Store.Put("m", 1000));

            Assert.Equal((1, 1L), await cache.Figures.ReadAsync().Soon() is { } figures ? (figures.Versions, figures.Hits) : default);
        }

        // The look that was begun meanwhile ends some time after.
        async Task UntilFreeAsync()
        {
            while ((await cache.Figures.ReadAsync().Soon())?.Versions != 1)
            {
                Token.ThrowIfCancellationRequested();
            }
        }
    }
}
