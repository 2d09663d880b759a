using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly CountingStore _store;

    public StoreTests() => _store = new CountingStore(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Load_ModelOfTheStore_GetsItsFilesByPathAndStream()
    {
        _folder.Add("m", "weights.bin", "one");
        _folder.Add("m", "labels.txt", "two");
        await using var cluster = await StartAsync();
        var seen = "";
        cluster.Models().OnLoading = artifact =>
        {
            using var reader = new StreamReader(artifact.OpenRead("labels.txt"));
            seen = $"{string.Join(",", artifact.Files.Order())} {File.ReadAllText(artifact.GetPath("weights.bin"))} {reader.ReadToEnd()}";
        };

        Assert.Equal("m@1", await CallAsync(cluster, "m"));

        Assert.Equal("labels.txt,weights.bin one two", seen);
    }

    [Fact]
    public async Task Load_AskingForAFileThatIsNotThere_SaysWhichThereAre()
    {
        _folder.Add("m", "weights.bin");
        await using var cluster = await StartAsync();
        cluster.Models().OnLoading = artifact => artifact.GetPath("labels.txt");

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => CallAsync(cluster, "m"));

        Assert.Contains("'labels.txt' among its files: weights.bin", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ForAModelThatTheStoreDoesNotHave_IsNotFoundAndFetchesNothing()
    {
        await using var cluster = await StartAsync();

        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => CallAsync(cluster, "none"));

        Assert.Equal("none", error.ModelId);
        Assert.NotNull(error.RetryAfter);
        Assert.Empty(_store.Fetches);
        Assert.Equal(0, cluster.Charged(pool: "StoreGrain"));
    }

    [Fact]
    public async Task Call_ByThousandCallersAtOnce_FetchesOnce()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync(silos: 2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => CallAsync(cluster, "m")));

        Assert.All(answers, answer => Assert.Equal("m@1", answer));
        Assert.Equal(["m@1"], _store.Fetches);
    }

    [Fact]
    public async Task Call_ForAVersion_LoadsThatOneAndSharesItWithTheDefault()
    {
        _folder.Add("m/1");
        _folder.Add("m/3");
        await using var cluster = await StartAsync();

        Assert.Equal("m@1", await CallAsync(cluster, "m@1"));
        Assert.Equal("m@3", await CallAsync(cluster, "m@3"));
        Assert.Equal("m@3", await CallAsync(cluster, "m"));

        Assert.Equal(["load m@1", "load m@3"], cluster.Models().Events.All);
        var hits = cluster.Residents().Single(resident => resident.Key.Version == 3).Report().Hits;
        Assert.Equal(1, hits);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => CallAsync(cluster, "m@2"));
    }

    /// <summary>A silo whose model is used for long after its load: the cache knows.</summary>
    [Fact]
    public async Task Call_OfAResident_IsAUseOfItsFilesInTheCache()
    {
        _folder.Add("m");
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var cluster = await StartAsync(time: time);
        await CallAsync(cluster, "m");
        string[] records = [];
        await Waiting.UntilAsync(() => (records = cluster.Cache.GetFiles("*.json", SearchOption.AllDirectories).Select(static file => file.FullName).ToArray()) is [_]);
        time.Advance(TimeSpan.FromMinutes(10));
        await CallAsync(cluster, "m");
        var used = time.GetUtcNow().UtcDateTime;

        time.Advance(TimeSpan.FromMinutes(1));

        await Waiting.UntilAsync(() => File.GetLastWriteTimeUtc(records[0]) >= used);
    }

    [Fact]
    public async Task Unload_OfASharedModel_LetsGoBothOfItsGrains()
    {
        _folder.Add("m/1");
        await using var cluster = await StartAsync();
        await CallAsync(cluster, "m@1");
        await CallAsync(cluster, "m");

        await cluster.EvictAsync(0, "m@1").Soon();

        Assert.Equal("m@1", await CallAsync(cluster, "m"));
        Assert.Equal("m@1", await CallAsync(cluster, "m@1"));
        Assert.Equal(["load m@1", "unload m@1", "load m@1"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Call_AfterTheModelWasAdded_FindsItOnceTheFailureIsOver()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await StartAsync(time: time);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => CallAsync(cluster, "m"));
        _folder.Add("m");

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("m@1", await CallAsync(cluster, "m"));
    }

    [Fact]
    public async Task Call_WhileTheStoreIsDown_IsUnavailableWithATimeToTryAgain()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        _store.FailFind = () => new StoreUnavailableException("m", "no route to host");

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => CallAsync(cluster, "m"));

        Assert.NotNull(error.RetryAfter);
        Assert.Contains("no route to host", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ForAnUnknownModelOfASlowStore_ChargesNothingOnceItIsKnown()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await StartAsync(time: time);
        var finding = new TaskCompletionSource();
        _store.Finding = finding.Task;
        var call = CallAsync(cluster, "none");
        await Waiting.UntilAsync(() => cluster.Loose().Count == 1);

        // The activation waits a moment for the store, then claims a place without knowing more.
        await Waiting.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            return cluster.Charged(pool: "StoreGrain") == 1;
        });
        finding.SetResult();

        await Assert.ThrowsAsync<ModelNotFoundException>(() => call);
        Assert.Equal(0, cluster.Charged(pool: "StoreGrain"));
    }

    private static Task<string> CallAsync(TestCluster cluster, string id) => cluster.Grain<IStoreGrain>(id).CallAsync(Waiting.Token).Soon();

    private Task<TestCluster> StartAsync(int silos = 1, FakeTimeProvider? time = null) => TestCluster.StartAsync(
        silos,
        time: time,
        configure: options => options.Models = _folder.Path,
        configureSilo: silo => silo.Services.AddSingleton<IModelStore>(_store),
        classes: typeof(StoreGrain));
}
