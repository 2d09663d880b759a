using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage;

public sealed class FolderModelStoreTests : IDisposable
{
    private const string Onnx = "model.onnx";

    private readonly TemporaryFolder _folder = new();
    private readonly FolderModelStore _store;

    public FolderModelStoreTests() => _store = Make(_folder.Path);

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
        var store = Make(_folder["missing"]);

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
        var inner = Make(_folder["root"]);
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

    [Fact]
    public async Task List_ModelsInFoldersWithinFolders_AreAllListedWithTheirVersions()
    {
        Put("iris/model.onnx", "iris/2/model.onnx", "a-b/model.onnx", "a/model.onnx", "a/deep/er/7/model.onnx", "a/1/odd/model.onnx", "7/model.onnx", "empty/other.txt", "no id/model.onnx");
        Directory.CreateSymbolicLink(Path("a/deep/loop"), Path("a"));

        var all = await ListAsync(null, 100);

        Assert.Equal(["7", "a", "a/1/odd", "a/deep/er", "a/deep/loop", "a-b", "iris"], all.Select(static model => model.Id));
        Assert.Equal([1L, 2], all[^1].Versions);
        Assert.Equal([7L], all[3].Versions);
        Assert.All(await Task.WhenAll(all.Select(model => FindAsync(model.Id).AsTask())), Assert.NotNull);
    }

    [Fact]
    public async Task List_InParts_IsTheWholeList()
    {
        Put("a/model.onnx", "a/b/model.onnx", "a/b/c/model.onnx", "a-/model.onnx", "b/c/model.onnx", "c/model.onnx");
        var all = (await ListAsync(null, 100)).Select(static model => model.Id).ToList();

        for (var i = 0; i < all.Count; i++)
        {
            Assert.Equal(all.Skip(i + 1), (await ListAsync(all[i], 100)).Select(static model => model.Id));
        }

        Assert.Equal(all.Take(2), (await ListAsync(null, 2)).Select(static model => model.Id));
        Directory.Delete(Path("a/b"), recursive: true);
        Assert.Equal(["a-", "b/c", "c"], (await ListAsync("a/b/c", 100)).Select(static model => model.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task List_NoFolder_IsUnavailable()
    {
        var store = Make(Path("nowhere"));

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.ListAsync(null, 10, Onnx, TestContext.Current.CancellationToken));
    }

    private static FolderModelStore Make(string folder) => new(folder, new FolderNames(TimeProvider.System), NullLogger.Instance);

    private async Task<IReadOnlyList<ModelListing>> ListAsync(string? after, int limit) =>
        await _store.ListAsync(after, limit, Onnx, TestContext.Current.CancellationToken);

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
