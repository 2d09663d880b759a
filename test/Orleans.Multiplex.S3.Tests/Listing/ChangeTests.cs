using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Listing;

/// <summary>Which of many models have changed.</summary>
public sealed class ChangeTests(Bucket bucket) : StoreTest(bucket)
{
    private readonly Bucket _bucket = bucket;

    [Fact]
    public async Task Changes_OfManyNeighbours_AreFoundByAPageForMany()
    {
        // "m1-a/" stands before "m1/" in a bucket, and "m1/sub" below it.
        string[] ids = [.. Enumerable.Range(0, 150).Select(static i => $"m{i}"), "m1-a", "m1/sub"];
        await PutAsync([.. ids.Select(static id => $"p/{id}/1/model.onnx"), "p/zzz/other"]);
        var store = await MakeAsync("p");
        var known = await FindAllAsync(store, ids);
        Assert.Empty(await ChangedAsync(store, known));

        await _bucket.PutAsync(Name, "p/m7/1/model.onnx", [1]);
        await PutAsync("p/m8/2/model.onnx", "p/m9/1/weights.bin", "p/m10/2/other.bin", "p/m1-b/1/model.onnx", "p/m12/model.onnx");
        await _bucket.DeleteAsync(Name, "p/m11/1/model.onnx");
        await _bucket.DeleteAsync(Name, "p/m149/1/model.onnx");
        var before = Log.Pages;
        var changed = await ChangedAsync(store, known);

        Assert.Equal(["m11@1", "m149@1", "m7@1", "m8@1", "m9@1"], changed);
        Assert.Equal(1, Log.Pages - before);
    }

    [Fact]
    public async Task Changes_BucketOfSmallPages_AreTheSame()
    {
        string[] ids = [.. Enumerable.Range(0, 60).Select(static i => $"m{i}"), "m1-a", "m1/sub", "deep/er/x"];
        await PutAsync([.. ids.Select(static id => $"{id}/model.onnx"), .. ids.Select(static id => $"{id}/labels.txt")]);
        var store = await MakeAsync(pageSize: 7);
        var known = await FindAllAsync(store, ids);
        Assert.Empty(await ChangedAsync(store, known));

        await PutAsync("m1-a/2/model.onnx", "deep/er/x/2/model.onnx");
        await _bucket.PutAsync(Name, "m59/labels.txt", [1]);
        await _bucket.DeleteAsync(Name, "m1/sub/model.onnx");

        Assert.Equal(["deep/er/x@1", "m1-a@1", "m1/sub@1", "m59@1"], await ChangedAsync(store, known));
    }

    [Fact]
    public async Task Changes_OfFewAmongVeryMany_TakeARequestEachAndFewPages()
    {
        await PutAsync([.. Enumerable.Range(0, 400).Select(static i => $"m{i:000}/model.onnx")]);
        var store = await MakeAsync(pageSize: 4);
        string[] ids = [.. Enumerable.Range(0, 40).Select(static i => $"m{i * 10:000}")];
        var known = await FindAllAsync(store, ids);
        var before = Log.Pages;

        Assert.Empty(await ChangedAsync(store, known));

        Assert.Equal(40, Log.Pages - before);
    }

    [Fact]
    public async Task Changes_OfAModelAboveVeryMany_AreFoundByItsFilesAndVersionsAlone()
    {
        await PutAsync([.. Enumerable.Range(0, 200).Select(static i => $"team/x{i:000}/model.onnx"), "team/model.onnx", "team/weights.bin", "team/3/model.onnx", "team/3d/model.onnx"]);
        var store = await MakeAsync(pageSize: 5);
        var known = await FindAllAsync(store, ["team"]);
        Assert.Equal([1L, 3], known.Single().Versions);
        var ofOne = (await FindAsync(store, "team@1"))!;
        var before = Log.Pages;
        Assert.Empty(await ChangedAsync(store, known));
        Assert.Empty(await ChangedAsync(store, [ofOne]));
        Assert.InRange(Log.Pages - before, 2, 6);

        await PutAsync("team/4/other.bin", "team/10/deep/model.onnx");
        Assert.Empty(await ChangedAsync(store, known));
        await PutAsync("team/20/model.onnx");
        Assert.Equal(["team@3"], await ChangedAsync(store, known));
        Assert.Equal(["team@1"], await ChangedAsync(store, [ofOne]));
        Assert.Empty(await ChangedAsync(store, [ofOne with { Versions = [1, 3, 20] }]));
        await _bucket.PutAsync(Name, "team/weights.bin", [1]);
        Assert.Equal(["team@1"], await ChangedAsync(store, [ofOne with { Versions = [1, 3, 20] }]));
        await _bucket.DeleteAsync(Name, "team/3/model.onnx");
        Assert.Equal(["team@3"], await ChangedAsync(store, [known.Single() with { Versions = [1, 3, 20] }]));
    }

    [Fact]
    public async Task Changes_ServerRefuses_IsAnError()
    {
        await PutAsync("m/model.onnx");
        var known = await FindAllAsync(await MakeAsync(), ["m"]);
        var store = await MakeAsync(name: "nowhere");

        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await ChangedAsync(store, known));
    }

    private static async Task<ModelManifest[]> FindAllAsync(S3ModelStore store, IEnumerable<string> ids)
    {
        var found = new List<ModelManifest>();
        foreach (var id in ids.Order(StringComparer.Ordinal))
        {
            found.Add((await FindAsync(store, id))!);
        }

        return [.. found];
    }

    private static async Task<string[]> ChangedAsync(S3ModelStore store, ModelManifest[] known) =>
        [.. (await store.FindChangedAsync([.. known], Onnx, Token)).Select(static key => key.ToString()).Order(StringComparer.Ordinal)];

    private Task PutAsync(params string[] keys) => _bucket.PutAsync(Name, keys);
}
