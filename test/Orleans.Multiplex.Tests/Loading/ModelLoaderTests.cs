using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

public sealed class ModelLoaderTests
{
    [Fact]
    public async Task Enter_ManyWaiters_OneLoad()
    {
        using var silo = new TestSilo();
        var opening = new Checkpoint();
        silo.Opener.Open = async (artifact, _) =>
        {
            await opening.PassDeafAsync();
            return new TrackedModel(artifact.Id);
        };

        var residents = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => silo.Enter("m")))).Soon();
        opening.Open();

        Assert.Single(residents.Distinct());
        Assert.Same(LoadOutcome.Loaded, await residents[0].WhenLoaded.Soon());
        Assert.Equal((1, 100, 1), (silo.Opener.CountOpened("m"), residents[0].Gate.Users, silo.Charged));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Load_FetchesBeforeItHasRoom_IsExpectedUntilItAsksOrFails(bool succeeds)
    {
        var store = new FakeStore();
        using var silo = new TestSilo(maxModels: 1, store: store);
        var fetching = new Checkpoint();
        store.Fetch = async (_, _) =>
        {
            await fetching.PassDeafAsync();
            if (!succeeds)
            {
                throw new IOException("gone");
            }
        };
        silo.Reside("old");

        var resident = silo.Enter("m", manifest: FakeStore.Manifest("m"));
        await fetching.Reached;
        Assert.Equal((1, 2), (silo.Charged, silo.Quota.GetDemandedModels(silo.Pool)));

        fetching.Open();
        await resident.WhenLoaded.Soon();
        Assert.Equal(1, silo.Quota.GetDemandedModels(silo.Pool));
    }

    [Fact]
    public async Task Load_Steps_ComeInTheirOrderWithTheirStates()
    {
        var steps = new List<string>();
        var store = new FakeStore();
        using var silo = new TestSilo(store: store);
        Resident? resident = null;
        var started = new Checkpoint();
        store.Fetch = async (_, _) =>
        {
            await started.PassDeafAsync();
            Note("fetch");
        };
        silo.Opener.Estimate = _ =>
        {
            Note("estimate");
            return new(70);
        };
        silo.Opener.Open = (artifact, _) =>
        {
            Note("open");
            return Task.FromResult<object>(new TrackedModel(artifact.Id));
        };
        silo.Opener.Measure = (_, _) =>
        {
            Note("measure");
            return new(50L);
        };

        resident = silo.Enter("m", manifest: FakeStore.Manifest("m"));
        started.Open();
        await resident.WhenLoaded.Soon();

        Assert.Equal(["fetch Fetching 0", "estimate Fetching 0", "open Opening 70", "measure Opening 70"], steps);
        Assert.Equal((ResidentState.Ready, 50L, 50L), (resident.State, silo.Quota.ChargedBytes, resident.Reservation!.Bytes));

        void Note(string step) => steps.Add($"{step} {resident!.State} {silo.Quota.ChargedBytes}");
    }

    [Fact]
    public async Task Load_WithoutStore_GivesIdAndVersionAlone()
    {
        using var silo = new TestSilo();
        (string, long?) seen = default;
        silo.Opener.Open = (artifact, _) =>
        {
            seen = (artifact.Id, artifact.Version);
            return Task.FromResult<object>("model");
        };

        await silo.LoadAsync("m");

        Assert.Equal(("m", null), seen);
    }

    [Theory]
    [InlineData("fetch")]
    [InlineData("estimate")]
    [InlineData("reserve")]
    [InlineData("open")]
    [InlineData("open at once")]
    [InlineData("measure")]
    public async Task Load_StepFails_LeavesNothingBehindAndTheNextLoadSucceeds(string step)
    {
        var store = new FakeStore();
        using var silo = new TestSilo(maxModels: 1, maxBytes: 100, load: new LoadOptions { MaxParallel = 1 }, store: store);
        var opened = new TrackedModel("m");
        var (fetch, estimate, open, measure) = (store.Fetch, silo.Opener.Estimate, silo.Opener.Open, silo.Opener.Measure);
        var broken = new InvalidOperationException("broken");
        store.Fetch = (_, _) => step == "fetch" ? throw broken : Task.CompletedTask;
        silo.Opener.Estimate = _ => step == "estimate" ? throw broken : new(step == "reserve" ? 101 : 10);
        silo.Opener.Open = (_, _) => step switch
        {
            "open" => Task.FromException<object>(broken),
            "open at once" => throw broken,
            _ => Task.FromResult<object>(opened),
        };
        silo.Opener.Measure = (_, _) => step == "measure" ? throw broken : new((long?)null);
        var claim = silo.Quota.TryReserve(silo.Pool, 10);

        var resident = silo.Enter("m", manifest: FakeStore.Manifest("m"), takeClaim: () => claim);
        var outcome = await resident.WhenLoaded.Soon();

        Assert.Equal(step == "reserve" ? LoadFailureKind.TooLarge : LoadFailureKind.Broken, outcome.Failure);
        Assert.Equal(step == "reserve", outcome.Message != "InvalidOperationException: broken");
        Assert.Equal((0, 0L), (silo.Charged, silo.Quota.ChargedBytes));
        Assert.Empty(silo.Ledger.Snapshot());
        Assert.Equal(step == "measure" ? 1 : 0, opened.Disposals);
        Assert.Equal((ResidentState.Failed, true), (resident.State, resident.Gate.IsClosed));
        Assert.Single(silo.Log.Messages, message => message.StartsWith("Failed to load model 'm'. ", StringComparison.Ordinal));

        (store.Fetch, silo.Opener.Estimate, silo.Opener.Open, silo.Opener.Measure) = (fetch, estimate, open, measure);
        Assert.Null((await silo.LoadAsync("other", manifest: FakeStore.Manifest("other"))).Failure);
        Assert.Equal(1, silo.Charged);
    }

    [Fact]
    public async Task Load_MoreThanFitAtOnce_AreBoundedByMaxParallel()
    {
        using var silo = new TestSilo(load: new LoadOptions { MaxParallel = 3 });
        var (now, most) = (0, 0);
        var full = new Checkpoint();
        silo.Opener.Open = async (artifact, _) =>
        {
            var running = Interlocked.Increment(ref now);
            lock (silo)
            {
                most = Math.Max(most, running);
            }

            if (running == 3)
            {
                full.Open();
            }

            await full.PassDeafAsync();
            Interlocked.Decrement(ref now);
            return new TrackedModel(artifact.Id);
        };

        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => silo.LoadAsync($"m{i}"))).Soon();

        Assert.Equal((3, 30), (most, silo.Charged));
    }

    [Fact]
    public async Task Load_BlocksItsThread_OtherLoadsGoOn()
    {
        using var silo = new TestSilo(load: new LoadOptions { MaxParallel = 2 });
        var blocked = new Checkpoint();
        silo.Opener.Open = (artifact, _) =>
        {
            if (artifact.Id == "blocks")
            {
                blocked.Block();
            }

            return Task.FromResult<object>(new TrackedModel(artifact.Id));
        };
        var slow = silo.Enter("blocks");
        await blocked.Reached;

        await silo.LoadAsync("quick");

        Assert.False(slow.WhenLoaded.IsCompleted);
        blocked.Open();
        await slow.WhenLoaded.Soon();
    }

    [Fact]
    public async Task Load_WaitsForRoom_GivesItsTurnToAnother()
    {
        using var silo = new TestSilo([new ModelPool("A", 1), new ModelPool("B", 1)], load: new LoadOptions { MaxParallel = 1 });
        var full = TestSilo.Use(silo.Reside("a1"));
        var waiting = silo.Enter("a2");

        await silo.LoadAsync("b", silo.Quota.Pools[1]);

        Assert.False(waiting.WhenLoaded.IsCompleted);
        full.Dispose();
        Assert.Null((await waiting.WhenLoaded.Soon()).Failure);
    }

    [Fact]
    public async Task Stop_LoadsUnderWay_EndAsUnloadedAndNewOnesAreRefused()
    {
        using var silo = new TestSilo();
        var opening = new Checkpoint();
        silo.Opener.Open = async (_, cancellationToken) =>
        {
            await opening.PassAsync(cancellationToken);
            return "model";
        };
        var loading = silo.Enter("loading");
        await opening.Reached;

        silo.Loader.Stop();

        Assert.Equal(LoadFailureKind.Unloaded, (await loading.WhenLoaded.Soon()).Failure);
        await loading.WhenGone.Soon();
        Assert.Equal(LoadFailureKind.Unloaded, (await silo.LoadAsync("later")).Failure);
        Assert.Equal((0, 0), (silo.Opener.CountOpened("later"), silo.Charged));
    }

    [Fact]
    public async Task Logs_OfALoadThatSucceedsAndOneThatFails_AreAsDocumented()
    {
        using var silo = new TestSilo();
        silo.Opener.Open = (artifact, _) =>
        {
            silo.Time.Advance(TimeSpan.FromMilliseconds(12.34));
            return artifact.Id == "1" ? Task.FromResult<object>("model") : throw new ModelLoadFailedException(artifact.Id, "it is garbage.");
        };

        await silo.LoadAsync("1");
        await silo.LoadAsync("2");

        Assert.Equal(
            ["Loading model '1'.", "Successfully loaded model '1' in 12.3ms.", "Loading model '2'.", "Failed to load model '2'. it is garbage."],
            silo.Log.Messages);
    }

    [Fact]
    public async Task EstimateRemaining_AfterALoad_IsWhatTheLastOneTookLessWhatThisOneHas()
    {
        using var silo = new TestSilo();
        silo.Opener.Open = (_, _) =>
        {
            silo.Time.Advance(TimeSpan.FromSeconds(10));
            return Task.FromResult<object>("model");
        };
        await silo.LoadAsync("first");
        var second = new Resident(new ResidentKey("A", "m", 0), "m", silo.Pool, silo.Clock);

        silo.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(6), silo.Loader.EstimateRemaining(second));

        silo.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(TimeSpan.FromSeconds(1), silo.Loader.EstimateRemaining(second));
    }
}
