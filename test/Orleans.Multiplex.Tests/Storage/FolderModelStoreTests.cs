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
        Assert.Equal("iris/model.onnx", await FetchAsync("iris@1"));

        Put("iris/1/model.onnx");
        Assert.Equal([1L, 3], (await FindAsync("iris"))!.Versions);
        Assert.Equal("iris/1/model.onnx", await FetchAsync("iris@1"));
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
    public async Task Fetch_LinksAmongTheFiles_AreWhatTheyLeadToAndNothingWhereThatIsGone()
    {
        Put("iris/model.onnx", "labels.txt");
        File.CreateSymbolicLink(Path("iris/dangling"), Path("nowhere"));
        File.CreateSymbolicLink(Path("iris/labels.txt"), Path("labels.txt"));

        Assert.Equal(["labels.txt", "model.onnx"], (await FindAsync("iris"))!.Files.Select(static file => file.Name));
        Assert.Equal("labels.txt", await FetchAsync("iris", "labels.txt"));
    }

    [Fact]
    public async Task Fetch_LargeFile_ComesInBlocksInItsOrder()
    {
        Put("iris/1/model.onnx");
        var content = new byte[(5 << 19) + 3];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(Path("iris/1/model.onnx"), content, TestContext.Current.CancellationToken);
        var target = new Target();

        await FetchAsync("iris", Onnx, target);

        Assert.Equal(content, target.Bytes.ToArray());
        Assert.Equal([0, 1 << 20, 2 << 20], target.Offsets);
    }

    [Theory]
    [InlineData("iris/1/model.onnx")]
    [InlineData("iris/1/a-license.txt")]
    public async Task Fetch_FileRemovedSinceItWasFound_HasChanged(string removed)
    {
        Put("iris/1/model.onnx", "iris/1/a-license.txt");
        var manifest = await FindAsync("iris");
        File.Delete(Path(removed));

        await ThrowsChangedAsync(manifest!);
    }

    [Fact]
    public async Task Fetch_FileReplacedSinceItWasFound_HasChanged()
    {
        Put("iris/1/model.onnx");
        var manifest = await FindAsync("iris");
        File.SetLastWriteTimeUtc(Path("iris/1/model.onnx"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));

        await ThrowsChangedAsync(manifest!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_FileOverwrittenInPlaceMeanwhile_HasChanged(bool isCut)
    {
        Put("iris/1/model.onnx");
        await File.WriteAllBytesAsync(Path("iris/1/model.onnx"), new byte[3 << 20], TestContext.Current.CancellationToken);
        var target = new Target
        {
            OnWrite = () => File.WriteAllBytes(Path("iris/1/model.onnx"), new byte[isCut ? 1 : 3 << 20]),
        };

        await ThrowsChangedAsync((await FindAsync("iris"))!, target);
    }

    [Fact]
    public async Task Fetch_TargetRefuses_ItsErrorPasses()
    {
        Put("iris/1/model.onnx");
        var target = new Target { OnWrite = () => throw new IOException("full") };

        Assert.Equal("full", (await Assert.ThrowsAsync<IOException>(() => FetchAsync("iris", Onnx, target))).Message);
    }

    [Fact]
    public async Task Fetch_FolderOneHoldsOtherFiles_TakesThoseBesideIt()
    {
        Put("iris/model.onnx", "iris/a-license.txt", "iris/1/a-license.txt");

        Assert.Equal("iris/model.onnx", await FetchAsync("iris"));
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

    private async Task ThrowsChangedAsync(ModelManifest manifest, Target? target = null) =>
        Assert.Equal(
            "iris@1",
            (await Assert.ThrowsAsync<ModelChangedException>(async () => await _store.FetchAsync(
                manifest, manifest.Files.Single(static file => file.Name == Onnx), target ?? new Target(), TestContext.Current.CancellationToken))).Model);

    private async Task<string> FetchAsync(string key, string file = Onnx)
    {
        var target = new Target();
        await FetchAsync(key, file, target);
        return System.Text.Encoding.UTF8.GetString(target.Bytes.ToArray());
    }

    private async Task FetchAsync(string key, string file, Target target)
    {
        var manifest = await FindAsync(key);
        await _store.FetchAsync(manifest!, manifest!.Files.Single(one => one.Name == file), target, TestContext.Current.CancellationToken);
    }

    private sealed class Target : IFetchTarget
    {
        public MemoryStream Bytes { get; } = new();

        public List<long> Offsets { get; } = [];

        public Action OnWrite { get; init; } = () => { };

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            OnWrite();
            Offsets.Add(offset);
            Bytes.Position = offset;
            Bytes.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }
    }
}
