using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

/// <summary>Loads whose code pays no heed to its token.</summary>
public sealed class DeafLoadTests
{
    private static readonly LoadOptions Options = new() { MaxParallel = 1 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_Deaf_WaitersAreToldAtOnceAndRoomComesBackWhenItEnds(bool isStopped)
    {
        using var silo = new TestSilo(maxModels: 1, load: Options);
        var deaf = new Checkpoint();
        var late = new TrackedModel("deaf");
        silo.Opener.Open = async (artifact, _) =>
        {
            if (artifact.Id == "deaf")
            {
                await deaf.PassDeafAsync();
            }

            return artifact.Id == "deaf" ? late : new TrackedModel(artifact.Id);
        };
        var resident = silo.Enter("deaf");
        await deaf.Reached;

        var ending = isStopped ? silo.Evictions.EvictAsync(resident, EvictionReason.Operator) : resident.WhenGone;
        if (!isStopped)
        {
            silo.Time.Advance(Options.Timeout);
        }

        var outcome = await resident.WhenLoaded.Soon();
        Assert.Equal(isStopped ? LoadFailureKind.Unloaded : LoadFailureKind.Broken, outcome.Failure);
        Assert.Equal(isStopped ? "" : "it did not end within 300 s (Multiplex:Load:Timeout).", outcome.Message);
        Assert.Empty(silo.Ledger.Snapshot());
        Assert.Equal((1, 0), (silo.Charged, late.Disposals));
        var next = silo.Enter("next");
        Assert.Equal((0, false), (silo.Opener.CountOpened("next"), ending.IsCompleted));

        deaf.Open();

        await ending.Soon();
        Assert.Null((await next.WhenLoaded.Soon()).Failure);
        Assert.Equal((1, 1), (late.Disposals, silo.Charged));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_Deaf_OthersAreLoadedMeanwhile(bool blocks)
    {
        using var silo = new TestSilo(load: Options);
        var deaf = new Checkpoint();
        silo.Opener.Open = async (artifact, _) =>
        {
            if (artifact.Id == "deaf")
            {
                if (blocks)
                {
                    deaf.Block();
                }

                await deaf.PassDeafAsync();
            }

            return new TrackedModel(artifact.Id);
        };
        var resident = silo.Enter("deaf");
        await deaf.Reached;
        silo.Time.Advance(Options.Timeout);
        Assert.Equal(LoadFailureKind.Broken, (await resident.WhenLoaded.Soon()).Failure);

        var next = silo.LoadAsync("next");
        Assert.False(next.IsCompleted);
        await silo.Time.NextTimerAsync(TimeSpan.FromSeconds(1));
        silo.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null((await next).Failure);
        Assert.Contains(silo.Log.Messages, message => message.StartsWith("The load of model 'deaf' was ended and goes on", StringComparison.Ordinal));
        deaf.Open();
        await resident.WhenGone.Soon();
        Assert.Equal(1, silo.Charged);
        Assert.Null((await silo.LoadAsync("third")).Failure);
    }

    [Fact]
    public async Task Dispose_OfAModelWhoseLoadFailed_Hangs_WaitersAreToldAfterAMoment()
    {
        using var silo = new TestSilo(load: Options);
        var hangs = new Checkpoint();
        silo.Opener.Open = (artifact, _) => Task.FromResult<object>(new TrackedModel(artifact.Id, onDispose: () =>
        {
            hangs.Block();
            return Task.CompletedTask;
        }));
        silo.Opener.Measure = (_, _) => throw new InvalidOperationException("no measure");
        var resident = silo.Enter("m");
        await hangs.Reached;
        Assert.False(resident.WhenLoaded.IsCompleted);
        await silo.Time.NextTimerAsync(TimeSpan.FromSeconds(1));

        silo.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(LoadFailureKind.Broken, (await resident.WhenLoaded.Soon()).Failure);
        Assert.Equal(1, silo.Charged);
        hangs.Open();
        await resident.WhenGone.Soon();
        Assert.Equal(0, silo.Charged);
    }

    [Fact]
    public async Task Fetch_Deaf_WaitersAreToldInTime()
    {
        var store = new FakeStore();
        using var silo = new TestSilo(load: Options, store: store);
        var deaf = new Checkpoint();
        store.Fetch = (_, _) => deaf.PassDeafAsync();
        var resident = silo.Enter("m", manifest: FakeStore.Manifest("m"));
        await deaf.Reached;

        silo.Time.Advance(Options.Timeout);

        Assert.Equal(LoadFailureKind.Broken, (await resident.WhenLoaded.Soon()).Failure);
        await resident.WhenGone.Soon();
        deaf.Open();
        store.Fetch = (_, _) => Task.CompletedTask;
        Assert.Null((await silo.LoadAsync("next", manifest: FakeStore.Manifest("next"))).Failure);
        Assert.Equal(0, silo.Opener.CountOpened("m"));
    }

    [Fact]
    public async Task Estimate_Deaf_TheRoomThatWasClaimedComesBackBeforeItEnds()
    {
        using var silo = new TestSilo(maxModels: 1, load: Options, store: new FakeStore());
        var deaf = new Checkpoint();
        silo.Opener.Estimate = async _ =>
        {
            await deaf.PassDeafAsync();
            return 0;
        };
        var resident = silo.Enter("m", manifest: FakeStore.Manifest("m"), takeClaim: () => silo.Quota.TryReserve(silo.Pool, 0));
        await deaf.Reached;
        silo.Time.Advance(Options.Timeout);
        Assert.Equal(LoadFailureKind.Broken, (await resident.WhenLoaded.Soon()).Failure);
        Assert.Equal(1, silo.Charged);
        await silo.Time.NextTimerAsync(TimeSpan.FromSeconds(1));

        silo.Time.Advance(TimeSpan.FromSeconds(1));

        await silo.Log.WhenLogged("The load of model 'm' was ended");
        await silo.ReserveAsync("other").Soon();
        deaf.Open();
        await resident.WhenGone.Soon();
        Assert.Equal(1, silo.Charged);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Measure_Deaf_WaitersAreToldInTimeAndTheModelIsDisposedAfterIt(bool blocks)
    {
        using var silo = new TestSilo(load: Options);
        var deaf = new Checkpoint();
        var model = new TrackedModel("m");
        silo.Opener.Open = (_, _) => Task.FromResult<object>(model);
        silo.Opener.Measure = async (_, _) =>
        {
            if (blocks)
            {
                deaf.Block();
            }

            await deaf.PassDeafAsync();
            return 10;
        };
        var resident = silo.Enter("m");
        await deaf.Reached;

        silo.Time.Advance(Options.Timeout);

        Assert.Equal(LoadFailureKind.Broken, (await resident.WhenLoaded.Soon()).Failure);
        Assert.Equal((0, 1), (model.Disposals, silo.Charged));
        deaf.Open();
        await model.WhenDisposed;
        silo.Opener.Measure = (_, _) => new((long?)null);
        silo.Opener.Open = (artifact, _) => Task.FromResult<object>(new TrackedModel(artifact.Id));
        Assert.Null((await silo.LoadAsync("next")).Failure);
        Assert.Equal((1, 1), (model.Disposals, silo.Charged));
    }
}
