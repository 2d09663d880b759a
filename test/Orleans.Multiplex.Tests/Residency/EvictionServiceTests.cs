using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

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
    public async Task Unload_InUse_RoomIsFreeOnlyAfterTheModelIsDisposed()
    {
        using var silo = new TestSilo(maxModels: 1);
        var disposing = new Checkpoint();
        var holder = new Holder();
        var a = silo.Reside("a", model: new TrackedModel("a", silo.Opener.Events, () => disposing.PassDeafAsync()));
        a.AddHolder(holder);

        var waiting = silo.ReserveAsync("b");
        await disposing.Reached;

        Assert.False(waiting.IsCompleted);
        Assert.Equal((1, ResidentState.Unloading, 1), (silo.Charged, a.State, holder.Told));
        Assert.Contains(a, silo.Ledger.Snapshot());
        disposing.Open();
        await waiting.Soon();
        await a.WhenGone.Soon();
        Assert.Empty(silo.Ledger.Snapshot());
    }

    [Fact]
    public async Task Unload_DisposeThrows_FreesTheRoomAndIsLogged()
    {
        using var silo = new TestSilo(maxModels: 1);
        var model = new TrackedModel("a", onDispose: () => throw new InvalidOperationException("broken"));
        var a = silo.Reside("a", model: model);

        await silo.ReserveAsync("b").Soon();

        Assert.Equal((1, ResidentState.Gone), (model.Disposals, a.State));
        var (level, _, error) = Assert.Single(silo.Log.Entries, entry => entry.Error is not null);
        Assert.Equal((LogLevel.Error, "broken"), (level, error!.Message));
    }

    [Fact]
    public async Task Unload_Logs_AsTheyAreDocumented()
    {
        using var silo = new TestSilo(maxModels: 1);
        silo.Reside("3", model: new TrackedModel("3", onDispose: () =>
        {
            silo.Time.Advance(TimeSpan.FromMilliseconds(1.2));
            return Task.CompletedTask;
        }));

        await silo.ReserveAsync("4").Soon();

        Assert.Equal(
            [(LogLevel.Information, "Unloading model '3'. Reason: Quota.", null), (LogLevel.Information, "Successfully unloaded model '3' in 1.2ms.", null)],
            silo.Log.Entries);
    }

    [Fact]
    public async Task Drain_AllInUseForThePatience_ClosesTheLeastRecentlyUsed()
    {
        using var silo = new TestSilo(maxModels: 2);
        var (a, b) = (silo.Reside("a"), silo.Reside("b"));
        var (useOfB, useOfA) = (TestSilo.Use(b), TestSilo.Use(a));
        var waiting = silo.ReserveAsync("c");

        silo.Time.Advance(TestSilo.DrainPatience - TimeSpan.FromMilliseconds(1));
        Assert.False(b.Gate.IsClosed);

        silo.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((false, true), (a.Gate.IsClosed, b.Gate.IsClosed));
        Assert.Equal("b", ((TrackedModel)useOfB.Model).Id);
        Assert.False(waiting.IsCompleted);

        useOfB.Dispose();
        await waiting.Soon();
        Assert.Equal((ResidentState.Ready, ResidentState.Gone), (a.State, b.State));
        useOfA.Dispose();
    }

    [Fact]
    public async Task Drain_NobodyWaitsAnyMore_ClosesNothing()
    {
        using var silo = new TestSilo(maxModels: 1);
        var a = silo.Reside("a");
        var use = TestSilo.Use(a);
        using var cancelled = new CancellationTokenSource();
        var waiting = silo.ReserveUntilAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());

        silo.Time.Advance(TestSilo.DrainPatience);

        Assert.False(a.Gate.IsClosed);
        use.Dispose();
    }

    [Fact]
    public async Task Drain_TwoModelsThatAreNeverIdle_ShareAQuotaOfOne()
    {
        using var silo = new TestSilo(maxModels: 1);
        var holds = silo.Reside("m0");
        var use = TestSilo.Use(holds);
        for (var round = 1; round <= 20; round++)
        {
            var waiting = silo.ReserveAsync($"m{round % 2}");
            var overlapping = TestSilo.Use(holds);
            use.Dispose();
            silo.Time.Advance(TestSilo.DrainPatience);
            Assert.False(holds.Gate.TryEnter());

            overlapping.Dispose();
            holds = silo.Reside($"m{round % 2}", await waiting.Soon());
            use = TestSilo.Use(holds);
        }

        use.Dispose();
        Assert.Equal(20, silo.Opener.Events.Count);
    }

    [Fact]
    public async Task Drain_UsersDoNotEnd_OthersAreEvictedInItsPlace()
    {
        using var silo = new TestSilo(maxModels: 2);
        var (stuck, other) = (silo.Reside("stuck"), silo.Reside("other"));
        var (never, soon) = (TestSilo.Use(stuck), TestSilo.Use(other));
        var waiting = silo.ReserveAsync("c");
        silo.Time.Advance(TestSilo.DrainPatience);
        Assert.Equal((true, false), (stuck.Gate.IsClosed, other.Gate.IsClosed));
        soon.Dispose();

        silo.Time.Advance(TimeSpan.FromSeconds(5));

        await waiting.Soon();
        Assert.Equal((ResidentState.Draining, ResidentState.Gone), (stuck.State, other.State));
        never.Dispose();
        await stuck.WhenGone.Soon();
        Assert.Equal((1, 0L), (silo.Charged, silo.Pool.Models.Leaving));
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
    public async Task Evict_InUse_WaitsForTheLastUseAndRefusesNewOnes()
    {
        using var silo = new TestSilo();
        var a = silo.Reside("a");
        var lease = TestSilo.Use(a);

        var evicting = silo.Evictions.EvictAsync(a, EvictionReason.Operator);
        Assert.Throws<InvalidOperationException>(() => TestSilo.Use(a));
        var run = lease.Share();
        lease.Dispose();
        Assert.False(evicting.IsCompleted);
        Assert.Equal(0, ((TrackedModel)run.Model).Disposals);

        run.Dispose();
        await evicting.Soon();
        Assert.Contains("Unloading model 'a'. Reason: Operator.", silo.Log.Messages);
        Assert.Equal((ResidentState.Gone, 0), (a.State, silo.Charged));
    }

    [Fact]
    public async Task Evict_ModelIsLoading_StopsTheLoad()
    {
        using var silo = new TestSilo();
        var opening = new Checkpoint();
        silo.Opener.Open = async (artifact, cancellationToken) =>
        {
            await opening.PassAsync(cancellationToken);
            return new TrackedModel(artifact.Id);
        };
        var resident = silo.Enter("a");
        await opening.Reached;

        await silo.Evictions.EvictAsync(resident, EvictionReason.Operator).Soon();

        Assert.Equal(LoadFailureKind.Unloaded, (await resident.WhenLoaded.Soon()).Failure);
        Assert.Equal((ResidentState.Failed, 0), (resident.State, silo.Charged));
        Assert.Equal(["Loading model 'a'.", "Stopped loading model 'a'."], silo.Log.Messages);
    }

    [Fact]
    public async Task Evict_ManyAtOnceBesideOtherEvictions_EachModelIsDisposedOnce()
    {
        using var silo = new TestSilo(maxModels: 20);
        var models = Enumerable.Range(0, 20).Select(i => new TrackedModel($"{i}")).ToList();
        var residents = models.Select(model => silo.Reside(model.Id, model: model)).ToList();
        silo.Time.Advance(TimeSpan.FromHours(1));
        var start = new Checkpoint();

        var evictions = residents.SelectMany(resident => Enumerable.Range(0, 3).Select(i => AfterAsync(start, async () =>
        {
            await (i == 0 ? silo.ReserveAsync("new") : silo.Evictions.EvictAsync(resident, EvictionReason.Operator));
            silo.Evictions.EvictIdle(TimeSpan.FromMinutes(1));
        }))).ToList();
        start.Open();
        await Task.WhenAll(evictions).Soon();
        await Task.WhenAll(residents.Select(resident => resident.WhenGone)).Soon();

        Assert.All(models, model => Assert.Equal(1, model.Disposals));
        Assert.Equal((20, 0L), (silo.Charged, silo.Pool.Models.Leaving));
    }

    [Fact]
    public async Task Evict_BesideAReservation_EvictsNoSecondModelForIt()
    {
        for (var round = 0; round < 500; round++)
        {
            using var silo = new TestSilo(maxModels: 2);
            var (a, b) = (silo.Reside("a"), silo.Reside("b"));
            var start = new Checkpoint();
            var evicting = AfterAsync(start, () => silo.Evictions.EvictAsync(a, EvictionReason.Operator));
            var reserving = AfterAsync(start, () => silo.ReserveAsync("c"));
            start.Open();

            await Task.WhenAll(evicting, reserving).Soon();
            Assert.Equal(ResidentState.Ready, b.State);
        }
    }

    [Fact]
    public async Task EvictIdle_SomeIdleSomeUsed_UnloadsTheIdleOnes()
    {
        using var silo = new TestSilo([new ModelPool("A", 9), new ModelPool("B", 9)]);
        var idle = silo.Reside("idle");
        var busy = silo.Reside("busy");
        var elsewhere = silo.Reside("elsewhere", pool: silo.Quota.Pools[1]);
        var used = silo.Reside("used");
        busy.Gate.TryEnter();
        silo.Time.Advance(TimeSpan.FromMinutes(9));
        TestSilo.Use(used).Dispose();
        silo.Time.Advance(TimeSpan.FromMinutes(1));

        silo.Evictions.EvictIdle(TimeSpan.FromMinutes(10));

        await Task.WhenAll(idle.WhenGone, elsewhere.WhenGone).Soon();
        Assert.Equal((ResidentState.Ready, ResidentState.Ready), (busy.State, used.State));
        Assert.Contains("Unloading model 'idle'. Reason: Idle.", silo.Log.Messages);

        busy.Gate.Leave();
        silo.Evictions.EvictIdle(TimeSpan.FromMinutes(10));
        await busy.WhenGone.Soon();
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

    private static async Task AfterAsync(Checkpoint start, Func<Task> act)
    {
        await start.PassDeafAsync();
        await act();
    }

    private sealed class Holder : IResidentHolder
    {
        public int Told { get; private set; }

        public void OnUnloading(Resident resident) => Told++;
    }
}
