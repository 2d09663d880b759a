using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage;

public sealed class FolderModelStoreTests : IDisposable
{
    private const string Onnx = "model.onnx";

    private readonly TemporaryFolder _folder = new();
    private readonly FolderModelStore _store;

    public FolderModelStoreTests() => _store = new FolderModelStore(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Find_ModelWithoutVersions_IsVersionOne()
    {
        Put("iris/model.onnx");

        var manifest = await FindAsync("iris");

        Assert.Equal(("iris", 1L, "iris@1"), (manifest!.Id, manifest.Version, manifest.Key.ToString()));
        Assert.Equal([1L], manifest.Versions);
        Assert.Equal(manifest.Tag, (await FindAsync("iris@1"))!.Tag);
        Assert.Null(await FindAsync("iris@2"));
    }

    [Fact]
    public async Task Find_Versions_TheHighestNumberIsTheDefault()
    {
        Put("iris/2/model.onnx", "iris/10/model.onnx", "iris/9/model.onnx", "iris/11/other.bin", "iris/012/model.onnx", "iris/latest/model.onnx");

        Assert.Equal(10, (await FindAsync("iris"))!.Version);
        Assert.Equal([2L, 9, 10], (await FindAsync("iris@2"))!.Versions);
        Assert.Null(await FindAsync("iris@11"));
        Assert.Null(await FindAsync("iris@12"));
    }

    [Fact]
    public async Task Find_FileBesideVersionFolders_IsVersionOneUnlessFolderOneIsThere()
    {
        Put("iris/model.onnx", "iris/3/model.onnx");
        Assert.Equal([1L, 3], (await FindAsync("iris"))!.Versions);
        Assert.Equal(Path("iris/model.onnx"), (await FetchAsync("iris@1")).GetPath(Onnx));

        Put("iris/1/model.onnx");
        Assert.Equal([1L, 3], (await FindAsync("iris"))!.Versions);
        Assert.Equal(Path("iris/1/model.onnx"), (await FetchAsync("iris@1")).GetPath(Onnx));
    }

    [Fact]
    public async Task Find_ModelAddedAndReplaced_IsSeenAtOnce()
    {
        Assert.Null(await FindAsync("iris"));

        Put("iris/model.onnx");
        var first = await FindAsync("iris");
        Assert.NotNull(first);

        await File.WriteAllTextAsync(Path("iris/model.onnx"), "longer than before", TestContext.Current.CancellationToken);
        Assert.NotEqual(first.Tag, (await FindAsync("iris"))!.Tag);
    }

    [Fact]
    public async Task Find_IdWithSegments_IsAFolderBelow()
    {
        Put("team/a/iris/model.onnx", "team/a/iris/7/model.onnx");

        Assert.Equal(7, (await FindAsync("team/a/iris"))!.Version);
        Assert.Null(await FindAsync("team/a"));
        Assert.Null(await FindAsync("team"));
    }

    [Fact]
    public async Task Find_NoRoot_IsStoreUnavailableWithTheFolder()
    {
        var store = new FolderModelStore(_folder["missing"]);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await store.FindAsync(ModelKey.Parse("iris"), Onnx, TestContext.Current.CancellationToken));

        Assert.Contains("Multiplex:Models", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal("iris", error.ModelId);
    }

    [Fact]
    public async Task Find_LongestIdThereIs_IsNotFound() => Assert.Null(await FindAsync(new string('a', 256)));

    [Fact]
    public async Task Find_FilesOutsideTheRoot_AreNotReachable()
    {
        var inner = new FolderModelStore(_folder["root"]);
        Put("root/in/model.onnx", "outside/model.onnx");

        foreach (var id in new[] { "../outside", "in/../../outside", _folder["outside"], "..", ".", "in//x", "in\\..\\outside" })
        {
            Assert.False(ModelKey.TryParse(id, out _, out _));
        }

        Assert.Null(await inner.FindAsync(ModelKey.Parse("outside"), Onnx, TestContext.Current.CancellationToken));
        Assert.Null(await inner.FindAsync(ModelKey.Parse("..."), Onnx, TestContext.Current.CancellationToken));
        Assert.NotNull(await inner.FindAsync(ModelKey.Parse("in"), Onnx, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Find_AnyFileWillDo_FindsModelsOfOwnClasses()
    {
        Put("own/weights.bin", "own/labels.txt");
        Directory.CreateDirectory(Path("empty"));

        var manifest = await FindAsync("own", modelFile: null);

        Assert.Equal(["labels.txt", "weights.bin"], manifest!.Files.Select(file => file.Name));
        Assert.Null(await FindAsync("empty", modelFile: null));
        Assert.Null(await FindAsync("own"));
    }

    [Fact]
    public async Task Fetch_LinksAmongTheFiles_DoNoHarm()
    {
        Put("iris/model.onnx", "labels.txt");
        File.CreateSymbolicLink(Path("iris/dangling"), Path("nowhere"));
        File.CreateSymbolicLink(Path("iris/labels.txt"), Path("labels.txt"));

        Assert.Equal(["dangling", "labels.txt", "model.onnx"], (await FetchAsync("iris")).Files.Order());
    }

    [Fact]
    public async Task Fetch_AllFiles_GivesTheirPathsWithoutACopy()
    {
        Put("iris/1/model.onnx", "iris/1/labels.txt");

        var artifact = await FetchAsync("iris");

        Assert.Equal(("iris", 1L), (artifact.Id, artifact.Version));
        Assert.Equal(["labels.txt", "model.onnx"], artifact.Files.Order());
        await using var stream = artifact.OpenRead("labels.txt");
        using var reader = new StreamReader(stream);
        Assert.Equal("iris/1/labels.txt", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        var error = Assert.Throws<ModelLoadFailedException>(() => artifact.GetPath("missing"));
        Assert.Contains("labels.txt, model.onnx", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iris/1/model.onnx")]
    [InlineData("iris/1/a-license.txt")]
    public async Task Fetch_FileRemovedSinceItWasFound_IsNotFound(string removed)
    {
        Put("iris/1/model.onnx", "iris/1/a-license.txt");
        var manifest = await FindAsync("iris");
        File.Delete(Path(removed));

        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await _store.FetchAsync(manifest!, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Fetch_FolderOneHoldsOtherFiles_TakesThoseBesideIt()
    {
        Put("iris/model.onnx", "iris/a-license.txt", "iris/1/a-license.txt");

        Assert.Equal(Path("iris/model.onnx"), (await FetchAsync("iris")).GetPath(Onnx));
    }

    private string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    private void Put(params string[] files)
    {
        foreach (var file in files)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(file))!);
            File.WriteAllText(Path(file), file);
        }
    }

    private ValueTask<ModelManifest?> FindAsync(string key, string? modelFile = Onnx) =>
        _store.FindAsync(ModelKey.Parse(key), modelFile, TestContext.Current.CancellationToken);

    private async Task<ModelArtifact> FetchAsync(string key) =>
        await _store.FetchAsync((await FindAsync(key))!, TestContext.Current.CancellationToken);
}
