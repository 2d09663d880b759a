using Xunit;

namespace Orleans.Multiplex.S3.Tests.Listing;

public sealed class FindTests(Bucket bucket) : StoreTest(bucket)
{
    private readonly Bucket _bucket = bucket;

    [Fact]
    public async Task Find_ModelWithoutVersions_IsVersionOne()
    {
        await PutAsync("iris/model.onnx");
        var store = await MakeAsync();

        var manifest = await FindAsync(store, "iris");

        Assert.Equal(("iris", 1L, "iris@1", "iris"), (manifest!.Id, manifest.Version, manifest.Key.ToString(), manifest.Folder));
        Assert.Equal([1L], manifest.Versions);
        Assert.Equal(manifest.Tag, (await FindAsync(store, "iris@1"))!.Tag);
        Assert.Null(await FindAsync(store, "iris@2"));
    }

    [Fact]
    public async Task Find_Versions_TheHighestNumberIsTheDefault()
    {
        await PutAsync("p/iris/2/model.onnx", "p/iris/10/model.onnx", "p/iris/9/model.onnx", "p/iris/11/other.bin", "p/iris/012/model.onnx", "p/iris/latest/model.onnx", "p/iris/12/deep/model.onnx");
        var store = await MakeAsync("p");

        Assert.Equal(10, (await FindAsync(store, "iris"))!.Version);
        Assert.Equal([2L, 9, 10], (await FindAsync(store, "iris@2"))!.Versions);
        Assert.Null(await FindAsync(store, "iris@11"));
        Assert.Null(await FindAsync(store, "iris@12"));
    }

    [Fact]
    public async Task Find_FileBesideVersionFolders_IsVersionOneUnlessFolderOneIsThere()
    {
        await PutAsync("iris/model.onnx", "iris/3/model.onnx", "iris/1/labels.txt");
        var store = await MakeAsync();
        Assert.Equal([1L, 3], (await FindAsync(store, "iris"))!.Versions);
        Assert.Equal("iris", (await FindAsync(store, "iris@1"))!.Folder);

        await PutAsync("iris/1/model.onnx");

        Assert.Equal([1L, 3], (await FindAsync(store, "iris"))!.Versions);
        Assert.Equal("iris/1", (await FindAsync(store, "iris@1"))!.Folder);
        Assert.Equal(["labels.txt", "model.onnx"], (await FindAsync(store, "iris@1"))!.Files.Select(static file => file.Name));
    }

    [Fact]
    public async Task Find_ModelAddedAndReplaced_IsSeenAtOnce()
    {
        var store = await MakeAsync();
        Assert.Null(await FindAsync(store, "iris"));

        await _bucket.PutAsync(Name, "iris/model.onnx", [1, 2, 3]);
        var first = await FindAsync(store, "iris");
        await _bucket.PutAsync(Name, "iris/model.onnx", [1, 2, 4]);
        var second = await FindAsync(store, "iris");

        Assert.Equal(3, first!.Files[0].Length);
        Assert.NotEqual(first.Tag, second!.Tag);
        Assert.NotEqual(first.Files[0].Tag, second.Files[0].Tag);
    }

    [Fact]
    public async Task Find_OnlyItsOwnFiles_ArePartOfAModel()
    {
        await PutAsync("team/a/model.onnx", "team/a/labels.txt", "team/a/sub/model.onnx", "team/a/", "team/ab/model.onnx", "team/a.txt", "team/a/../b");
        var store = await MakeAsync();

        Assert.Equal(["labels.txt", "model.onnx"], (await FindAsync(store, "team/a"))!.Files.Select(static file => file.Name));
        Assert.Null(await FindAsync(store, "team"));
        Assert.Null(await FindAsync(store, "team", modelFile: Onnx));
        Assert.Equal(["a.txt"], (await FindAsync(store, "team", modelFile: null))!.Files.Select(static file => file.Name));
    }

    [Fact]
    public async Task Find_OddNamesOfFiles_AreThoseOfTheBucketAndNeverAPath()
    {
        string[] odd = ["a b.txt", "a+b", "100%", "%2F", "a&b", "#1", "ünï.txt", "q?x=1", "<'\">"];
        await PutAsync([.. odd.Select(static name => "iris/" + name), "iris/..", "iris/.", "iris/a\\b", "iris/x\u0001y", "iris/" + new string('n', 256), "iris/model.onnx"]);
        var store = await MakeAsync();

        Assert.Equal(
            [.. odd, "model.onnx"], (await FindAsync(store, "iris"))!.Files.Select(static file => file.Name).ToHashSet());
        foreach (var name in odd)
        {
            Assert.Equal("iris/" + name, System.Text.Encoding.UTF8.GetString(await FetchAsync(store, "iris", name)));
        }
    }

    [Fact]
    public async Task Find_KeysThatAreNoIds_AreNoModels()
    {
        await PutAsync("p/in/model.onnx", "outside/model.onnx", "p/../outside/model.onnx", "p/a b/model.onnx", "p/in//model.onnx", "p/./model.onnx", "p/in/../x/model.onnx");
        var store = await MakeAsync("p");

        Assert.Equal(["in"], (await ListAllAsync(store, 10)).Select(static model => model.Id));
        Assert.Null(await FindAsync(store, "outside"));
        Assert.Null(await FindAsync(store, "..."));
        Assert.Equal([Onnx], (await FindAsync(store, "in", null))!.Files.Select(static file => file.Name));
    }

    [Fact]
    public async Task Find_ModelAboveMoreKeysThanAPage_IsTheSame()
    {
        await PutAsync("t/model.onnx", "t/a.txt", "t/2/model.onnx", "t/2/x.txt", "t/2/deep/y.txt", "t/10/x.txt", "t/11/deep/model.onnx", "t/m1/model.onnx", "t/m2/model.onnx", "t/z.txt");
        var paged = await MakeAsync(pageSize: 2);
        var whole = await MakeAsync();

        foreach (var key in new[] { "t", "t@1", "t@2", "t@10", "t@11", "t/m1", "t/m3" })
        {
            foreach (var file in new[] { Onnx, null })
            {
                var (one, other) = (await FindAsync(whole, key, file), await FindAsync(paged, key, file));
                Assert.Equal(one?.Versions, other?.Versions);
                Assert.Equal((one?.Tag, one?.Folder, one?.Version), (other?.Tag, other?.Folder, other?.Version));
            }
        }
    }

    private Task PutAsync(params string[] keys) => _bucket.PutAsync(Name, keys);
}
