using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Tests.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.Versions;

/// <summary>When the store is asked, and for what.</summary>
public sealed class VersionWatchTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly SwapSilo _silo = new();
    private readonly VersionWatch _watch;

    public VersionWatchTests()
    {
        _watch = new VersionWatch(_silo.Inner.Ledger, _silo.Swap, _silo.Options, _silo.Inner.Time, _silo.Inner.Log);
        _silo.Opener.Find = (key, _) => new(SwapSilo.Manifest(key.Id));
    }

    public void Dispose()
    {
        _watch.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public async Task Look_HeldModelsOfTheStore_AreAskedForOnceInAnInterval()
    {
        for (var i = 0; i < 100; i++)
        {
            await _silo.LoadAsync($"m{i}");
        }

        _silo.Inner.Reside("not of the store");
        await _silo.Inner.LoadAsync("held-by-nobody", manifest: SwapSilo.Manifest("held-by-nobody"));
        await _watch.LookAsync().Soon();
        var most = 0;
        for (var passed = TimeSpan.Zero; passed < Interval; passed += Step)
        {
            var before = Asked().Count;
            await StepAsync();
            most = Math.Max(most, Asked().Count - before);
        }

        Assert.Equal((100, 100), (Asked().Count, Asked().Distinct().Count()));
        Assert.InRange(most, 1, 30);
        for (var passed = TimeSpan.Zero; passed < Interval; passed += Step)
        {
            await StepAsync();
        }

        Assert.Equal((200, 100), (Asked().Count, Asked().Distinct().Count()));
    }

    [Fact]
    public async Task Look_OneNamesAVersion_IsAskedForOnlyWhereTheDefaultDoesNotTell()
    {
        var (resident, _) = await _silo.LoadAsync("m", "m@1", "m");
        await StepUntilAsync(() => Asked().Count > 0);
        Assert.Equal(["find m"], Asked());
        _silo.Opener.Find = (key, _) => new(SwapSilo.Manifest("m", key.Version ?? 2));
        await StepUntilAsync(() => Asked().Count == 3);

        Assert.Equal(["find m", "find m", "find m@1"], Asked());
        Assert.Equal((ResidentState.Ready, 2L), (resident.State, _silo.Find("m", 2).Key.Version));
    }

    [Fact]
    public async Task Look_Changed_IsNoticedWithinTheInterval()
    {
        var (old, holders) = await _silo.LoadAsync("m");
        await _watch.StartAsync(CancellationToken.None);
        _silo.Inner.Time.Advance(Interval / 3);
        _silo.Opener.Find = (_, _) => new(SwapSilo.Manifest("m", tag: "new"));

        _silo.Inner.Time.Advance(Interval + Step);

        await old.WhenGone.Soon();
        Assert.Equal("new", holders[0].Current!.Store.Tag);
    }

    [Fact]
    public async Task Look_NewerIsGoneAgain_IsReportedNoLonger()
    {
        var (old, _) = await _silo.LoadAsync("m");
        _silo.Opener.Open = (_, _) => throw new ModelLoadFailedException("m", "it is garbage.");
        _silo.Opener.Find = (_, _) => new(SwapSilo.Manifest("m", tag: "garbage"));
        await StepUntilAsync(() => old.Store.Newer is { State: NewerVersionState.Failed });

        _silo.Opener.Find = (_, _) => new(SwapSilo.Manifest("m"));

        await StepUntilAsync(() => old.Store.Newer is null);
        Assert.Equal(ResidentState.Ready, old.State);
    }

    [Fact]
    public async Task Look_NewerIsQuarantined_TheOneThatAnswersGoesOnWithoutAWord()
    {
        var (old, _) = await _silo.LoadAsync("m");
        _silo.Opener.Find = (_, _) => throw new ModelQuarantinedException("it ended a silo");

        await StepUntilAsync(() => Asked().Count > 1);

        Assert.Equal((ResidentState.Ready, 0), (old.State, Warnings()));
    }

    [Fact]
    public async Task Look_StoreFails_IsToldOnceForAsLongAsItGoesOn()
    {
        await _silo.LoadAsync("a");
        await _silo.LoadAsync("b");
        _silo.Opener.Find = (key, _) => throw new StoreUnavailableException(key.Id, "no route to host");

        await StepUntilAsync(() => Asked().Count >= 10);
        Assert.Equal(1, Warnings());
        _silo.Opener.Find = (key, _) => new(SwapSilo.Manifest(key.Id));
        await StepUntilAsync(() => Asked().Count >= 20);
        _silo.Opener.Find = (key, _) => throw new StoreUnavailableException(key.Id, "again no route to host");
        await StepUntilAsync(() => Asked().Count >= 30);
        Assert.Equal(2, Warnings());
    }

    [Fact]
    public async Task Look_StoreThatIsDeaf_IsAskedByABoundedNumberAndTheOthersWaitTheirTurn()
    {
        for (var i = 0; i < 30; i++)
        {
            await _silo.LoadAsync($"m{i}");
        }

        var answer = new TaskCompletionSource<ModelManifest?>();
        _silo.Opener.Find = (_, _) => new(answer.Task);
        await _watch.LookAsync().Soon();
        _silo.Inner.Time.Advance(Interval);
        var looking = _watch.LookAsync();
        while (_silo.Inner.Log.Entries.Count(static entry => entry.Message.StartsWith("The store could not be asked", StringComparison.Ordinal)) < StoreQuestions.MaxAtOnce)
        {
            _silo.Inner.Time.Advance(VersionWatch.Patience);
            await Task.Yield();
        }

        Assert.Equal((StoreQuestions.MaxAtOnce, false), (Asked().Count, looking.IsCompleted));
        Assert.All(_silo.Inner.Log.Messages.Where(static line => line.StartsWith("The store could not", StringComparison.Ordinal)), line => Assert.Contains("did not answer within 10 s", line, StringComparison.Ordinal));
        answer.SetResult(SwapSilo.Manifest("m"));
        await looking.Soon();
        Assert.Equal(30, Asked().Distinct().Count());
    }

    [Fact]
    public async Task Look_TakesLongerThanTheInterval_IsToldOnceWithTheRemedy()
    {
        for (var i = 0; i < 30; i++)
        {
            await _silo.LoadAsync($"m{i}");
        }

        await _watch.LookAsync().Soon();
        for (var round = 0; round < 2; round++)
        {
            _silo.Inner.Time.Advance(Interval);
            var (before, answer) = (Asked().Count, new TaskCompletionSource<ModelManifest?>());
            _silo.Opener.Find = (_, _) => new(answer.Task);
            var looking = _watch.LookAsync();
            await CacheTest.UntilAsync(() => Asked().Count == before + StoreQuestions.MaxAtOnce);
            _silo.Inner.Time.Advance(Interval + Step);
            answer.SetResult(SwapSilo.Manifest("m"));
            await looking.Soon();
        }

        var late = Assert.Single(_silo.Inner.Log.Entries, static entry =>
            entry.Level == Microsoft.Extensions.Logging.LogLevel.Warning && entry.Message.Contains("takes longer than", StringComparison.Ordinal));
        Assert.Contains("30 resident models", late.Message, StringComparison.Ordinal);
        Assert.Contains("Multiplex:Versions:RefreshInterval (00:00:30)", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Look_StoreThatSortsOut_IsAskedForManyAtOnceAndOnlyForTheChangedByThemselves()
    {
        var store = new FakeStore();
        var sorted = new List<int>();
        store.FindChanged = known =>
        {
            Assert.Equal(known.OrderBy(static one => one.Id, StringComparer.Ordinal), known);
            lock (sorted)
            {
                sorted.Add(known.Length);
            }

            return new([.. known.Where(static one => one.Id is "m007").Select(static one => one.Key)]);
        };
        _silo.Opener.Store = store;
        for (var i = 0; i < 200; i++)
        {
            await _silo.LoadAsync($"m{i:000}");
        }

        _silo.Opener.Find = (key, _) => new(SwapSilo.Manifest(key.Id, tag: "new"));
        await _watch.LookAsync().Soon();
        _silo.Inner.Time.Advance(Interval);
        await _watch.LookAsync().Soon();

        Assert.Equal((200, 4), (sorted.Sum(), sorted.Count));
        Assert.Equal(["find m007"], Asked());
        Assert.Equal("new", _silo.Find("m007", 1).Store.Tag);
    }

    [Fact]
    public async Task Look_StoreThatSortsOutFails_IsToldOnceAndAskedAgain()
    {
        var isDown = true;
        var store = new FakeStore();
        store.FindChanged = known => isDown ? throw new StoreUnavailableException("m", "no route to host") : new([.. known.Select(static one => one.Key)]);
        _silo.Opener.Store = store;
        await _silo.LoadAsync("m");
        await _watch.LookAsync().Soon();
        for (var i = 0; i < 3; i++)
        {
            _silo.Inner.Time.Advance(Interval);
            await _watch.LookAsync().Soon();
        }

        Assert.Equal((1, 0), (Warnings(), Asked().Count));
        isDown = false;
        await StepUntilAsync(() => Asked().Count == 1);
    }

    [Fact]
    public async Task Look_HigherOneIsBroken_TheVersionInUseIsStillFollowed()
    {
        var (old, holders) = await _silo.LoadAsync("m");
        var isFixed = false;
        _silo.Opener.Find = (key, _) => new(key.Version is null ? SwapSilo.Manifest("m", 2, "garbage") : SwapSilo.Manifest("m", 1, isFixed ? "fixed" : "old"));
        var open = _silo.Opener.Open;
        _silo.Opener.Open = (artifact, token) => artifact.Version == 2 ? throw new ModelLoadFailedException("m", "it is garbage.") : open(artifact, token);
        await StepUntilAsync(() => old.Store.Newer is { State: NewerVersionState.Failed });

        isFixed = true;

        await StepUntilAsync(() => holders[0].Current is { Store.Tag: "fixed" });
        var now = holders[0].Current!;
        Assert.Equal((1L, 2L, NewerVersionState.Failed), (now.Key.Version, now.Store.Newer!.Version, now.Store.Newer.State));
        Assert.NotEqual(0, now.Store.Newer.Attempts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Look_OffOrStopped_AsksNothing(bool isStopped)
    {
        await _silo.LoadAsync("m");
        _silo.Options.RefreshInterval = isStopped ? Interval : TimeSpan.Zero;
        await _watch.StartAsync(CancellationToken.None);
        if (isStopped)
        {
            await _watch.StopAsync(CancellationToken.None);
        }

        _silo.Inner.Time.Advance(Interval * 10);

        Assert.Empty(Asked());
    }

    private IReadOnlyList<string> Asked() => [.. _silo.Opener.Events.Where(static one => one.StartsWith("find", StringComparison.Ordinal))];

    private int Warnings() => _silo.Inner.Log.Entries.Count(static entry =>
        entry.Level == Microsoft.Extensions.Logging.LogLevel.Warning && entry.Message.StartsWith("The store could not be asked", StringComparison.Ordinal));

    private async Task StepAsync()
    {
        _silo.Inner.Time.Advance(Step);
        await _watch.LookAsync().Soon();
    }

    private async Task StepUntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 1000 && !holds(); i++)
        {
            await StepAsync();
        }

        Assert.True(holds());
    }
}
