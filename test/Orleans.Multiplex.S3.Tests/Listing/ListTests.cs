using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Listing;

public sealed class ListTests(Bucket bucket) : StoreTest(bucket)
{
    private static readonly string[] Segments = ["a", "a-", "a-b", "a.b", "a-b.c", "a.", "ab", "b", "1", "22", "A", "a_", "no id", "a:", "-"];
    private static readonly string[] Files = [Onnx, Onnx, Onnx, "labels.txt"];

    private readonly Bucket _bucket = bucket;

    [Fact]
    public async Task List_ModelsInFoldersWithinFolders_AreAllListedWithTheirVersions()
    {
        await _bucket.PutAsync(Name, "iris/model.onnx", "iris/2/model.onnx", "a-b/model.onnx", "a/model.onnx", "a/deep/er/7/model.onnx", "a/1/odd/model.onnx", "7/model.onnx", "empty/other.txt", "no id/model.onnx");
        var store = await MakeAsync();

        var all = await ListAllAsync(store, 100);

        Assert.Equal(["7", "a", "a/1/odd", "a/deep/er", "a-b", "iris"], all.Select(static model => model.Id));
        Assert.Equal([1L, 2], all[^1].Versions);
        Assert.Equal([7L], all[3].Versions);
    }

    /// <summary>The same files in a bucket and in a folder are the same list, whatever the size of its parts and of the server's pages.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task List_RandomKeys_IsTheListOfTheFolder(int seed)
    {
        var random = new Random(seed);
        var keys = Enumerable.Range(0, 45)
            .Select(_ => string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Segments[random.Next(Segments.Length)])) + "/" + Files[random.Next(Files.Length)])
            .ToHashSet();
        await _bucket.PutAsync(Name, keys);
        var root = MakeFolder();
        foreach (var key in keys)
        {
            var file = Path.Combine(root, key);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, "", Token);
        }

        var folder = new FolderModelStore(root, new FolderNames(TimeProvider.System), NullLogger.Instance);
        var expected = await ListAllAsync(folder, 1000);
        Assert.InRange(expected.Count, 10, 45);
        foreach (var (pageSize, limit) in new[] { (1000, 1000), (1, 1000), (2, 7), (1000, 3) })
        {
            var store = await MakeAsync(pageSize: pageSize);
            Assert.Equal(expected.Select(Show), (await ListAllAsync(store, limit)).Select(Show));
        }

        foreach (var model in expected)
        {
            var (one, other) = (await folder.FindAsync(ModelKey.Parse(model.Id), Onnx, Token), await FindAsync(await MakeAsync(), model.Id));
            Assert.Equal(one!.Versions, other!.Versions);
            Assert.Equal(one.Files.Select(static file => file.Name), other.Files.Select(static file => file.Name));
        }
    }

    [Fact]
    public async Task List_AfterAModelThatHasGone_GoesOnBehindIt()
    {
        await _bucket.PutAsync(Name, "a/model.onnx", "a/b/c/model.onnx", "a-/model.onnx", "b/c/model.onnx", "c/model.onnx");
        var store = await MakeAsync(pageSize: 2);
        await _bucket.DeleteAsync(Name, "a/b/c/model.onnx");

        Assert.Equal(["a-", "b/c", "c"], (await ListAllAsync(store, 2, after: "a/b/c")).Select(static model => model.Id));
        Assert.Empty(await store.ListAsync("z", 10, Onnx, Token));
        Assert.Empty(await store.ListAsync(null, 0, Onnx, Token));
    }

    [Fact]
    public async Task List_BucketOf2500Models_IsReadByAHandfulOfRequests()
    {
        string[] ids = [.. Enumerable.Range(0, 2500).Select(static i => $"model-{i:0000}")];
        await _bucket.PutAsync(Name, ids.Select(static id => $"all/{id}/model.onnx"));
        var store = await MakeAsync("all");

        var all = await ListAllAsync(store, 1000);

        Assert.Equal(ids, all.Select(static model => model.Id));
        Assert.All(all, static model => Assert.Equal([1L], model.Versions));
        Assert.Equal("model-1999", (await FindAsync(store, "model-1999"))!.Id);
        Assert.Null(await FindAsync(store, "model-2500"));
        Assert.InRange(Log.Pages, 1, 20);
    }

    [Fact]
    public async Task List_BucketOf2500ModelsBelowOne_FindsAndListsTheOne()
    {
        string[] keys = ["team/model.onnx", "team/2/model.onnx", .. Enumerable.Range(0, 2500).Select(static i => $"team/m{i:0000}/model.onnx")];
        await _bucket.PutAsync(Name, keys);
        var store = await MakeAsync();

        Assert.Equal([1L, 2], (await FindAsync(store, "team"))!.Versions);
        Assert.InRange(Log.Pages, 1, 6);
        Assert.Equal(["team", "team/m0000", "team/m0001"], (await store.ListAsync(null, 3, Onnx, Token)).Select(static model => model.Id));
        Assert.Equal(2501, (await ListAllAsync(store, 1000)).Count);
    }

    private static string Show(ModelListing model) => $"{model.Id}: {string.Join(' ', model.Versions)}";
}
