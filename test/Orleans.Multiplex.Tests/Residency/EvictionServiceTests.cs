using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>Which models go when others wait for room.</summary>
public sealed class EvictionServiceTests
{
    [Fact]
    public async Task Reclaim_SeveralIdle_TakesTheLeastRecentlyUsedAndNoMoreThanNeeded()
    {
        using var silo = new TestSilo(maxModels: 3);
        var (a, b, c) = (silo.Reside("a"), silo.Reside("b"), silo.Reside("c"));
        TestSilo.Use(a).Dispose();

        await Task.WhenAll(silo.ReserveAsync("d"), silo.ReserveAsync("e")).Soon();

        Assert.Equal((ResidentState.Ready, ResidentState.Gone, ResidentState.Gone), (a.State, b.State, c.State));
        Assert.Equal(["unload b", "unload c"], silo.Opener.Events.Order());
    }

    [Fact]
    public async Task Reclaim_LeastRecentlyUsedIsInUse_IsPassedOverAndKeepsItsPlace()
    {
        using var silo = new TestSilo(maxModels: 3);
        var (a, b, c) = (silo.Reside("a"), silo.Reside("b"), silo.Reside("c"));
        a.Gate.TryEnter();

        await silo.ReserveAsync("d").Soon();
        Assert.Equal((ResidentState.Ready, ResidentState.Gone, ResidentState.Ready), (a.State, b.State, c.State));

        a.Gate.Leave();
        await silo.ReserveAsync("e").Soon();
        Assert.Equal((ResidentState.Gone, ResidentState.Ready), (a.State, c.State));
    }

    [Fact]
    public async Task Reclaim_ModelBecomesIdle_GoesWithoutWaitingForPatience()
    {
        using var silo = new TestSilo(maxModels: 1);
        var lease = TestSilo.Use(silo.Reside("a"));
        var waiting = silo.ReserveAsync("b");
        Assert.False(waiting.IsCompleted);

        lease.Dispose();

        await waiting.Soon();
    }

    [Fact]
    public async Task Reclaim_OnePoolHasNothingToGive_OtherPoolsAreServed()
    {
        using var silo = new TestSilo([new ModelPool("A", 1), new ModelPool("B", 1)]);
        var (a, b) = (silo.Quota.Pools[0], silo.Quota.Pools[1]);
        using var busy = TestSilo.Use(silo.Reside("a1", pool: a));
        silo.Reside("b1", pool: b);
        var waitsForA = silo.ReserveAsync("a2", pool: a);

        await silo.ReserveAsync("b2", pool: b).Soon();

        Assert.False(waitsForA.IsCompleted);
    }

    [Fact]
    public async Task Reclaim_OnePoolHasNothingToGive_BytesAreFreedElsewhere()
    {
        using var silo = new TestSilo([new ModelPool("A", 1), new ModelPool("B", 9)], maxBytes: 100);
        var (a, b) = (silo.Quota.Pools[0], silo.Quota.Pools[1]);
        using var busy = TestSilo.Use(silo.Reside("a1", 10, a));
        silo.Reside("b1", 90, b);
        var waitsForA = silo.ReserveAsync("a2", pool: a);

        await silo.ReserveAsync("b2", 50, b).Soon();

        Assert.False(waitsForA.IsCompleted);
    }

    [Fact]
    public async Task Reclaim_BytesAreShort_TakesTheOldestOfAllPoolsButNoneWithoutBytes()
    {
        using var silo = new TestSilo([new ModelPool("A", 9), new ModelPool("B", 9)], maxBytes: 100);
        var (a, b) = (silo.Quota.Pools[0], silo.Quota.Pools[1]);
        var empty = silo.Reside("empty", 0, a);
        var oldest = silo.Reside("oldest", 30, b);
        var next = silo.Reside("next", 30, a);
        var newest = silo.Reside("newest", 40, b);

        await silo.ReserveAsync("m", 45, a).Soon();

        Assert.Equal(
            [ResidentState.Ready, ResidentState.Gone, ResidentState.Gone, ResidentState.Ready],
            new[] { empty, oldest, next, newest }.Select(resident => resident.State));
    }

    [Fact]
    public async Task Reclaim_BytesAreShortAndOnlyEmptyModelsIdle_EvictsNobody()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var empty = silo.Reside("empty");
        silo.Quota.TryReserve(silo.Pool, 80);
        var waiting = silo.ReserveAsync("m", 30);

        silo.Time.Advance(TestSilo.DrainPatience);
        silo.Time.Advance(silo.Limits.Timeout);

        await Assert.ThrowsAsync<NoCapacityException>(() => waiting.Soon());
        Assert.Equal((ResidentState.Ready, false), (empty.State, empty.Gate.IsClosed));
    }

    [Fact]
    public void GetVictimAge_NextVictimIsInUse_IsNone()
    {
        using var silo = new TestSilo();
        using var use = TestSilo.Use(silo.Reside("a"));

        silo.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(TimeSpan.Zero, silo.Evictions.GetVictimAge(silo.Pool));
    }

    [Fact]
    public async Task GetVictimAge_IsTheAgeOfTheNextVictim()
    {
        using var silo = new TestSilo();
        Assert.Null(silo.Evictions.GetVictimAge(silo.Pool));
        var a = silo.Reside("a");
        silo.Time.Advance(TimeSpan.FromSeconds(5));
        silo.Reside("b");
        silo.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromSeconds(7), silo.Evictions.GetVictimAge(silo.Pool));
        TestSilo.Use(a).Dispose();
        Assert.Equal(TimeSpan.FromSeconds(2), silo.Evictions.GetVictimAge(silo.Pool));
    }
}
