using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Tests.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

/// <summary>Loads, and the files that they take from the cache.</summary>
public sealed class ModelFilesTests : IDisposable
{
    private readonly StoredFiles _store = new();
    private readonly TestSilo _silo;

    public ModelFilesTests() => _silo = new TestSilo(store: _store);

    public void Dispose() => _silo.Dispose();

    [Fact]
    public async Task Load_AfterAnEviction_FetchesNothing()
    {
        var manifest = _store.Put("m", 1000);
        await _silo.LoadAsync("m", manifest: manifest);
        await _silo.Evictions.EvictAsync(Assert.Single(_silo.Ledger.Snapshot()), EvictionReason.Operator).Soon();

        Assert.Null((await _silo.LoadAsync("m", manifest: manifest)).Failure);

        Assert.Equal((2, 1), (_silo.Opener.CountOpened("m"), _store.Fetches.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Load_FilesStayUntilItHasEnded(bool succeeds)
    {
        var manifest = _store.Put("m", 1000);
        await _silo.LoadAsync("m", manifest: manifest);
        await _silo.Evictions.EvictAsync(Assert.Single(_silo.Ledger.Snapshot()), EvictionReason.Operator).Soon();
        await CacheTest.UntilAsync(IsFree);
        var measuring = new Checkpoint();
        _silo.Opener.Measure = async (_, _) =>
        {
            await measuring.PassDeafAsync();
            return succeeds ? 0 : throw new InvalidOperationException("broken");
        };

        var resident = _silo.Enter("m", manifest: manifest);
        await measuring.Reached;

        Assert.False(IsFree());
        measuring.Open();
        await (succeeds ? resident.WhenLoaded : resident.WhenGone).Soon();
        Assert.True(IsFree());

        bool IsFree()
        {
            var record = Directory.GetFiles(_silo.CacheFolder!.Versions, "*.json", SearchOption.AllDirectories);
            using var free = record.Length == 1 ? FileLock.TryTake(record[0], create: false) : null;
            return free is not null;
        }
    }

    /// <summary>A model that answers takes nothing from the cache; its files stay all the same, and those of one that nobody asks for go.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Use_OfAResident_IsAUseOfItsFiles(bool atStop)
    {
        var (a, b) = (await LoadAsync("a"), await LoadAsync("b"));
        using var uses = new FileUses(_silo.Ledger, _silo.Time);
        await uses.StartAsync(CancellationToken.None);
        _silo.Time.Advance(TimeSpan.FromMinutes(10));
        TestSilo.Use(a).Dispose();
        _silo.Time.Advance(TimeSpan.FromSeconds(30));
        if (atStop)
        {
            await uses.StopAsync(CancellationToken.None);
        }
        else
        {
            _silo.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(_silo.Time.GetUtcNow().UtcDateTime - a.Age, GetLastUse("a@1"));
        Assert.Equal(_silo.Time.GetUtcNow().UtcDateTime - b.Age, GetLastUse("b@1"));
        var other = new ArtifactCache(_store, _silo.CacheFolder!, maxBytes: 2500, _silo.Time, NullLogger.Instance);
        await CacheTest.UseKnownAsync(other, _store.Put("c", 1000, seed: 'c'));
        await other.DisposeAsync();
        Assert.Equal(["a@1", "c@1"], Records().Select(static record => record.Model).Order(StringComparer.Ordinal));

        async Task<Resident> LoadAsync(string id)
        {
            var manifest = _store.Put(id, 1000, seed: id[0]);
            Assert.Null((await _silo.LoadAsync(id, manifest: manifest)).Failure);
            await CacheTest.UseKnownAsync(_silo.Cache!, manifest);
            return _silo.Ledger.Snapshot().Single(resident => resident.Key.ModelId == id);
        }
    }

    [Fact]
    public async Task Use_ThatLasts_IsAUseOfTheFilesUntilItsEnd()
    {
        var manifest = _store.Put("m", 1000);
        await _silo.LoadAsync("m", manifest: manifest);
        await CacheTest.UseKnownAsync(_silo.Cache!, manifest);
        using var uses = new FileUses(_silo.Ledger, _silo.Time);
        await uses.StartAsync(CancellationToken.None);
        using var lease = TestSilo.Use(Assert.Single(_silo.Ledger.Snapshot()));

        for (var i = 0; i < 10; i++)
        {
            _silo.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(_silo.Time.GetUtcNow().UtcDateTime, GetLastUse("m@1"));
    }

    [Fact]
    public async Task Load_FilesChangedSinceTheyWereFound_AreFoundAnew()
    {
        var (stale, fresh) = (_store.Put("m", 1000), _store.Put("m", 2000));
        _store.Halfway = (manifest, _) => manifest == stale ? throw new ModelChangedException("m@1") : Task.CompletedTask;
        _silo.Opener.Found = fresh;
        byte[] seen = [];
        _silo.Opener.Open = async (artifact, token) =>
        {
            seen = await File.ReadAllBytesAsync(artifact.GetPath("model.onnx"), token);
            return "model";
        };

        Assert.Null((await _silo.LoadAsync("m", manifest: stale)).Failure);

        Assert.Equal(_store.Get(fresh), seen);
        Assert.Equal(["find m@1", "estimate", "open m", "measure"], _silo.Opener.Events);
    }

    [Fact]
    public async Task Load_FilesChangeAgainAndAgain_IsUnavailableForNow()
    {
        _silo.Opener.Found = _store.Put("m", 1000);
        _store.Halfway = (_, _) => throw new ModelChangedException("m@1");

        var outcome = await _silo.LoadAsync("m", manifest: _silo.Opener.Found);

        Assert.Equal((LoadFailureKind.StoreUnavailable, "its files changed while they were fetched, 3 times in a row."), (outcome.Failure, outcome.Message));
        Assert.Equal(3, _store.Fetches.Count);
    }

    [Fact]
    public async Task Load_OneOfSeveralFilesIsReplacedAfterItHasCome_NoMixIsOpened()
    {
        var mixed = _store.Put("m", ("model.onnx", "new"), ("weights.bin", "old"));
        _silo.Opener.Found = _store.Put("m", ("model.onnx", "new"), ("weights.bin", "new"));

        Assert.Null((await _silo.LoadAsync("m", manifest: mixed)).Failure);

        Assert.Equal(_silo.Opener.Found.Tag, Assert.Single(_silo.Ledger.Snapshot()).Store.Tag);
        Assert.Equal(1, _silo.Opener.CountOpened("m"));
    }

    [Fact]
    public async Task Load_SeveralFilesThatAreInTheCache_AreNotLookedForAgain()
    {
        _silo.Opener.Found = _store.Put("m", ("model.onnx", "a"), ("weights.bin", "b"));
        await _silo.LoadAsync("m", manifest: _silo.Opener.Found);
        await _silo.Evictions.EvictAsync(Assert.Single(_silo.Ledger.Snapshot()), EvictionReason.Operator).Soon();
        await CacheTest.UseKnownAsync(_silo.Cache!, _silo.Opener.Found);

        Assert.Null((await _silo.LoadAsync("m", manifest: _silo.Opener.Found)).Failure);

        Assert.Single(_silo.Opener.Events, static one => one == "find m@1");
    }

    [Fact]
    public async Task Load_DiskIsFull_IsToldApartFromAFullMemory()
    {
        _store.Halfway = (_, _) => throw DiskFull.Make();

        var outcome = await _silo.LoadAsync("m", manifest: _store.Put("m", 1000));

        Assert.Equal(LoadFailureKind.NoDisk, outcome.Failure);
        Assert.Contains("Free some of the disk.", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_FilesHaveGoneSinceTheyWereFound_IsNotFound()
    {
        _store.Halfway = (_, _) => throw new ModelChangedException("m@1");

        Assert.Equal(LoadFailureKind.NotFound, (await _silo.LoadAsync("m", manifest: _store.Put("m", 1000))).Failure);
    }

    [Fact]
    public async Task Load_WhileOthersFetch_HasATurn()
    {
        using var silo = new TestSilo(store: _store, load: new LoadOptions { MaxParallel = 1 });
        var (slow, quick) = (_store.Put("slow", 1000), _store.Put("quick", 1000, seed: 1));
        var half = new Checkpoint();
        _store.Halfway = (manifest, token) => manifest == slow ? half.PassAsync(token) : Task.CompletedTask;
        var fetched = silo.Enter("slow", manifest: slow);
        await half.Reached;

        Assert.Null((await silo.LoadAsync("quick", manifest: quick)).Failure);

        Assert.Equal(ResidentState.Fetching, fetched.State);
        half.Open();
        Assert.Null((await fetched.WhenLoaded.Soon()).Failure);
    }

    [Fact]
    public async Task Load_WhileItFetches_SaysHowFarItIsAndWhatIsLeft()
    {
        var half = new Checkpoint();
        _store.Halfway = (_, token) => half.PassAsync(token);
        var resident = _silo.Enter("m", manifest: _store.Put("m", 1000));
        await half.Reached;

        _silo.Time.Advance(TimeSpan.FromSeconds(50));

        Assert.Equal(ResidentState.Fetching, resident.State);
        Assert.Equal(new FetchReport(500, 1000, 10, TimeSpan.FromSeconds(50)), resident.Report().Fetch);
        Assert.Equal(TimeSpan.FromSeconds(50), _silo.Loader.EstimateRemaining(resident));
        half.Open();
        await resident.WhenLoaded.Soon();
        Assert.Null(resident.Report().Fetch);
    }

    private IEnumerable<VersionRecord> Records() => FindRecords().Select(VersionRecord.TryRead).OfType<VersionRecord>();

    private DateTime GetLastUse(string model) => File.GetLastWriteTimeUtc(FindRecords().Single(path => VersionRecord.TryRead(path)!.Model == model));

    private string[] FindRecords() => Directory.GetFiles(_silo.CacheFolder!.Versions, "*.json", SearchOption.AllDirectories);
}
