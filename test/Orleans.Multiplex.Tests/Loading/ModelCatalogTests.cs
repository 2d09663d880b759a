using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

public sealed class ModelCatalogTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeBackend _backend = new();
    private readonly ArtifactCache _cache;
    private readonly ModelCatalog _catalog;

    public ModelCatalogTests()
    {
        var store = new FolderModelStore(_folder["models"], new FolderNames(TimeProvider.System), NullLogger.Instance);
        Directory.CreateDirectory(_folder["models"]);
        _cache = new ArtifactCache(store, CacheFolder.Open(_folder["cache"]), maxBytes: 1 << 30, TimeProvider.System, NullLogger.Instance);
        _catalog = new ModelCatalog(store, _cache, _backend);
    }

    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Facts_SameFile_IsReadOnce()
    {
        Put("iris/1/model.fake", "x");

        Assert.Equal(1, await EstimateAsync("iris"));
        Assert.Equal(1, await EstimateAsync("iris@1"));
        Assert.Equal(1, _backend.Inspections);
    }

    [Fact]
    public async Task Facts_FileReplaced_IsReadAgain()
    {
        Put("iris/1/model.fake", "x");
        await EstimateAsync("iris");

        Put("iris/1/model.fake", "longer");

        Assert.Equal(6, await EstimateAsync("iris"));
        Assert.Equal(2, _backend.Inspections);
    }

    [Fact]
    public async Task Facts_BrokenFile_IsReadAgainEachTime()
    {
        Put("iris/1/model.fake", "broken");
        _backend.Fault = new ModelLoadFailedException("iris", "it is broken.");
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => EstimateAsync("iris"));

        _backend.Fault = null;

        Assert.Equal(6, await EstimateAsync("iris"));
    }

    [Theory]
    [InlineData("iris", "iris/model.fake and no iris/<version>/model.fake")]
    [InlineData("iris@3", "iris/3/model.fake")]
    public async Task Find_NoSuchModel_SaysWhatIsMissing(string key, string missing)
    {
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => EstimateAsync(key));

        Assert.Equal($"There is no model '{key}': the store has no {missing}.", error.Message);
        Assert.Equal(key, error.ModelId);
    }

    [Fact]
    public async Task FindFacts_LargeFileThatIsNotHere_IsNotFetched()
    {
        Put("iris/1/model.fake", "x", length: ModelCatalog.MaxReadBytes + 1);

        Assert.Null(await FindAsync("iris"));

        Assert.Equal((0, 0), (_backend.Inspections, CachedVersions()));
    }

    [Fact]
    public async Task FindFacts_LargeFileThatIsInTheCache_IsReadThere()
    {
        Put("iris/1/model.fake", "x", length: ModelCatalog.MaxReadBytes + 1);
        var manifest = await _catalog.FindAsync(ModelKey.Parse("iris"), TestContext.Current.CancellationToken);
        await CacheTest.UseKnownAsync(_cache, manifest);

        Assert.Equal(ModelCatalog.MaxReadBytes + 1, await FindAsync("iris"));
        Assert.Equal(ModelCatalog.MaxReadBytes + 1, await FindAsync("iris"));

        Assert.Equal((1, 1), (_backend.Inspections, CachedVersions()));
    }

    [Fact]
    public async Task FindFacts_SmallFileBesideLargeWeights_IsReadWithoutThemAndNothingIsKept()
    {
        Put("iris/1/model.fake", "four");
        Put("iris/1/weights.bin", "x", length: ModelCatalog.MaxReadBytes + 1);
        var weights = new List<(long, byte)>();
        _backend.Look = artifact =>
        {
            using var file = File.OpenRead(artifact.GetPath("weights.bin"));
            weights.Add((file.Length, (byte)file.ReadByte()));
            Assert.Equal("four", File.ReadAllText(artifact.GetPath("model.fake")));
        };

        Assert.Equal(4, await FindAsync("iris"));
        Assert.Equal(4, await FindAsync("iris@1"));

        Assert.Equal([(ModelCatalog.MaxReadBytes + 1, (byte)0)], weights);
        Assert.Equal((1, 0, 0), (_backend.Inspections, CachedVersions(), _backend.Paths.Count(File.Exists)));
    }

    [Fact]
    public async Task Opener_OfTheBackend_FindsEstimatesAndOpens()
    {
        Put("iris/4/model.fake", "four");
        var opener = new BackendOpener(_catalog, _backend);

        var manifest = await opener.FindAsync(ModelKey.Parse("iris"), TestContext.Current.CancellationToken);

        Assert.Equal(4, manifest!.Version);
        var artifact = new ModelArtifact(
            "iris", 4, ImmutableDictionary<string, string>.Empty.Add("model.fake", _folder["models/iris/4/model.fake"]));
        Assert.Equal(4, await opener.EstimateAsync(manifest, artifact, TestContext.Current.CancellationToken));
        Assert.Null(await opener.MeasureAsync("model", TestContext.Current.CancellationToken));
    }

    private void Put(string file, string text, long length = 0)
    {
        var path = _folder[$"models/{file}"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        if (length > 0)
        {
            using var stream = File.OpenWrite(path);
            stream.SetLength(length);
        }
    }

    private int CachedVersions() => Directory.GetFiles(_folder["cache"], "*.json", SearchOption.AllDirectories).Length;

    private async Task<long?> FindAsync(string key)
    {
        var manifest = await _catalog.FindAsync(ModelKey.Parse(key), TestContext.Current.CancellationToken);
        return (await _catalog.FindFactsAsync(manifest, TestContext.Current.CancellationToken))?.EstimatedBytes;
    }

    private async Task<long> EstimateAsync(string key)
    {
        var manifest = await _catalog.FindAsync(ModelKey.Parse(key), TestContext.Current.CancellationToken);
        return (await _catalog.GetFactsAsync(manifest, TestContext.Current.CancellationToken)).EstimatedBytes;
    }

    /// <summary>Takes the length of the file for the bytes that a model needs.</summary>
    private sealed class FakeBackend : IInferenceBackend
    {
        public int Inspections { get; private set; }

        public Exception? Fault { get; set; }

        public Action<ModelArtifact> Look { get; set; } = _ => { };

        public List<string> Paths { get; } = [];

        public string ModelFileName => "model.fake";

        public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken)
        {
            Inspections++;
            Look(artifact);
            Paths.AddRange(artifact.Files.Select(artifact.GetPath));
            var length = new FileInfo(artifact.GetPath(ModelFileName)).Length;
            return Fault is null ? new(new ModelFacts(new ModelSignature("fake", [], []), length)) : throw Fault;
        }

        public ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
