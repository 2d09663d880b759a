using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>What a silo knows, and tells, of the models that have files on its machine.</summary>
[SuppressMessage("Reliability", "CA2025", Justification = "The caches are ended with the test, and with them what waits for them.")]
public sealed class CachedModelsTests : CacheTest
{
    [Fact]
    public async Task Read_FollowsWhatComesAndGoes()
    {
        var cache = Open(maxBytes: 2000);
        var models = cache.Models;
        Assert.Empty(models.Read());

        await UseAsync(cache, Store.Put("team/m", 1000));
        await SettleAsync(1);
        Assert.Equal(["team/m"], models.Read());
        Assert.Same(models.Read(), models.Read());

        // A process that has just begun, and one that was there before, see the same.
        Assert.Equal(["team/m"], Open().Models.Read());
        Time.Advance(TimeSpan.FromMinutes(1));
        await UseAsync(cache, Store.Put("n", 1500, seed: 1));
        await SettleAsync(1);
        Assert.Equal(["n"], models.Read());
    }

    [Fact]
    public async Task Read_ModelsOfOtherStores_AreNotOurs()
    {
        var other = new StoredFiles { Name = "memory://other" };
        await UseAsync(Open(store: other), other.Put("m", 1000));
        await SettleAsync(1);

        Assert.Empty(Open().Models.Read());
    }

    [Fact]
    public async Task News_AreToldSecondsAfterAChangeAndAgainAfterAWhile()
    {
        var cache = Open();
        var news = new CachedModelsNews(cache.Models.Read, Time);
        Assert.False(news.Take(silos: 1)!.MayContain("m"));
        Assert.Null(news.Take(silos: 1));
        await UseAsync(cache, Store.Put("m", 1000));
        await SettleAsync(1);
        Assert.Null(news.Take(silos: 1));

        Time.Advance(CachedModelsNews.Interval);

        Assert.True(news.Take(silos: 1)!.MayContain("m"));
        Time.Advance(CachedModelsNews.Interval);
        Assert.Null(news.Take(silos: 1));
        Time.Advance(CachedModelsNews.Repetition);
        Assert.True(news.Take(silos: 1)!.MayContain("m"));
    }
}
