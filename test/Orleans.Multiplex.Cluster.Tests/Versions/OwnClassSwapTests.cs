using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Versions;

/// <summary>Own classes that take their models from the store, which change there.</summary>
public sealed class OwnClassSwapTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ModelFolder _folder = new();
    private readonly CountingStore _store;

    public OwnClassSwapTests() => _store = new CountingStore(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task HigherVersion_WhileAStreamIsOpen_TheStreamEndsWithTheModelItBeganWith()
    {
        _folder.Add("m/1");
        await using var cluster = await StartAsync();
        var grain = cluster.Grain<IStoreGrain>("m");
        await using var stream = grain.StreamAsync(3, "element", Waiting.Token).GetAsyncEnumerator(Waiting.Token);
        Assert.True(await stream.MoveNextAsync().AsTask().Soon());
        var running = grain.WaitAsync("running", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("running");

        _folder.Add("m/2");

        await cluster.Log.WaitForTextAsync("answers by version 2 of the store");
        Assert.Equal("m@2", await grain.CallAsync(Waiting.Token).Soon());
        Assert.Equal(["load m@1", "load m@2"], cluster.Models().Events.All);
        Assert.Equal(["m@2"], cluster.Models().WarmedUp);
        Assert.Equal(2, cluster.Charged(pool: "StoreGrain"));
        cluster.Gates.OpenAll();
        cluster.Gates.Open("element");
        Assert.Equal("m@1", await running.Soon());
        var elements = 1;
        while (await stream.MoveNextAsync().AsTask().Soon())
        {
            elements++;
        }

        Assert.Equal(3, elements);
        await cluster.Models().Events.WaitForAsync("unload m@1");
        Assert.Equal(["load m@1", "load m@2", "unload m@1"], cluster.Models().Events.All);
        await Waiting.UntilAsync(() => cluster.Charged(pool: "StoreGrain") == 1);
        Assert.Equal("m@2", await grain.CallAsync(Waiting.Token).Soon());
    }

    [Fact]
    public async Task StoreDown_TheModelGoesOnAndItIsSaidOnce()
    {
        var time = new FakeTimeProvider();
        _folder.Add("m/1");
        await using var cluster = await StartAsync(time);
        var grain = cluster.Grain<IStoreGrain>("m");
        await grain.CallAsync(Waiting.Token).Soon();
        var asked = 0;
        _store.FailFind = () =>
        {
            Interlocked.Increment(ref asked);
            return new StoreUnavailableException("m", "no route to host");
        };
        _folder.Add("m/2");

        await AdvanceUntilAsync(time, () => Volatile.Read(ref asked) >= 5);

        Assert.Equal("m@1", await grain.CallAsync(Waiting.Token).Soon());
        Assert.Single(cluster.Log.All, line => line.StartsWith("Warning: The store could not be asked whether model 'm", StringComparison.Ordinal));
        _store.FailFind = () => null;
        await AdvanceUntilAsync(time, () => cluster.Models().Events.Count("unload m@1") == 1);
        Assert.Equal("m@2", await grain.CallAsync(Waiting.Token).Soon());
    }

    [Fact]
    public async Task StoreHangs_TheModelGoesOn()
    {
        var time = new FakeTimeProvider();
        _folder.Add("m/1");
        await using var cluster = await StartAsync(time);
        var grain = cluster.Grain<IStoreGrain>("m");
        await grain.CallAsync(Waiting.Token).Soon();
        var answer = new TaskCompletionSource();
        _store.Finding = answer.Task;
        _folder.Add("m/2");

        await AdvanceUntilAsync(time, () => cluster.Log.All.Any(static line => line.Contains("it did not answer within", StringComparison.Ordinal)));

        Assert.Equal("m@1", await grain.CallAsync(Waiting.Token).Soon());
        _store.Finding = Task.CompletedTask;
        answer.SetResult();
        await AdvanceUntilAsync(time, () => cluster.Models().Events.Count("unload m@1") == 1);
        Assert.Equal("m@2", await grain.CallAsync(Waiting.Token).Soon());
    }

    [Fact]
    public async Task LoaderOfTheNewVersionFails_TheOldOneGoesOnUntilItSucceeds()
    {
        var time = new FakeTimeProvider();
        _folder.Add("m/1");
        await using var cluster = await StartAsync(time);
        var grain = cluster.Grain<IStoreGrain>("m");
        await grain.CallAsync(Waiting.Token).Soon();
        cluster.Models().FailLoad = static _ => new InvalidOperationException("not so");
        _folder.Add("m/2");

        await AdvanceUntilAsync(time, () => Newer() is { Attempts: 3, State: NewerVersionState.Failed });

        var newer = Newer()!;
        Assert.Equal((2, "InvalidOperationException: not so"), (newer.Version, newer.Reason));
        Assert.InRange(newer.NextTry!.Value, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
        Assert.Equal("m@1", await grain.CallAsync(Waiting.Token).Soon());
        Assert.Equal((1, 1), (cluster.Models().Live, cluster.Charged(pool: "StoreGrain")));
        cluster.Models().FailLoad = static _ => null;
        await AdvanceUntilAsync(time, () => cluster.Models().Events.Count("unload m@1") == 1);
        Assert.Equal("m@2", await grain.CallAsync(Waiting.Token).Soon());

        NewerVersionReport? Newer() => cluster.Residents().First(resident => resident.Key.Version == 1).Report().Newer;
    }

    [Fact]
    public async Task ColdLoadOfABrokenHighestVersion_TheNextLowerAnswersAllAndItIsFollowedWhenItIsMended()
    {
        var time = new FakeTimeProvider();
        _folder.Add("m/1");
        _folder.Add("m/2");
        _folder.Add("m/3");
        await using var cluster = await StartAsync(time);
        cluster.Models().OnLoading = static artifact =>
        {
            if (artifact.Version > 1)
            {
                throw new ModelLoadFailedException("m", "its words.txt is missing");
            }
        };
        var grain = cluster.Grain<IStoreGrain>("m");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => grain.CallAsync(Waiting.Token))).Soon();

        Assert.All(answers, static answer => Assert.Equal("m@1", answer));
        Assert.Equal(["load m@3", "load m@2", "load m@1"], cluster.Models().Events.All);
        Assert.Contains(cluster.Log.All, static line => line == "Error: Failed to load model 'm@3'. its words.txt is missing");
        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.Grain<IStoreGrain>("m@3").CallAsync(Waiting.Token).Soon());
        Assert.Contains("its words.txt is missing", error.Message, StringComparison.Ordinal);
        await AdvanceUntilAsync(time, () => cluster.Residents().Any(static resident => resident.Report().Newer is { Version: 3, State: NewerVersionState.Failed, Reason: "its words.txt is missing" }));
        Assert.Equal("m@1", await grain.CallAsync(Waiting.Token).Soon());

        cluster.Models().OnLoading = static _ => { };
        await AdvanceUntilAsync(time, () => cluster.Models().Events.Count("unload m@1") == 1);
        Assert.Equal("m@3", await grain.CallAsync(Waiting.Token).Soon());
    }

    [Fact]
    public async Task ColdLoadWhereEveryVersionIsBroken_FailsOnceForAll()
    {
        _folder.Add("m/1");
        _folder.Add("m/2");
        await using var cluster = await StartAsync(new FakeTimeProvider());
        cluster.Models().FailLoad = static _ => new ModelLoadFailedException("m", "it is broken");
        var grain = cluster.Grain<IStoreGrain>("m");

        var calls = Enumerable.Range(0, 20).Select(_ => grain.CallAsync(Waiting.Token)).ToList();
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<ModelLoadFailedException>(() => call.Soon());
        }

        await Assert.ThrowsAsync<ModelLoadFailedException>(() => grain.CallAsync(Waiting.Token).Soon());
        Assert.Equal(["load m@2", "load m@1"], cluster.Models().Events.All);
    }

    private static Task AdvanceUntilAsync(FakeTimeProvider time, Func<bool> holds) => Waiting.UntilAsync(() =>
    {
        time.Advance(Interval / 10);
        return holds();
    });

    private Task<TestCluster> StartAsync(FakeTimeProvider? time = null) => TestCluster.StartAsync(
        time: time,
        configure: options =>
        {
            options.Models = _folder.Path;
            options.Versions.RefreshInterval = Interval;
        },
        configureSilo: silo => silo.Services.AddSingleton<IModelStore>(_store),
        classes: typeof(StoreGrain));
}
