using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>How a model leaves, whoever wants it to.</summary>
public sealed class UnloadingTests
{
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
