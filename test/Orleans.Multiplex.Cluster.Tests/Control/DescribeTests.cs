using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Control;

/// <summary>What a model is, asked of a cluster none of whose silos has its files.</summary>
public sealed class DescribeTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly CountingStore _store;

    public DescribeTests() => _store = new CountingStore(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Describe_LargeModel_FetchesNothingAndIsKnownOnceAnySiloHasLoadedIt()
    {
        foreach (var i in Enumerable.Range(0, 6))
        {
            Put($"m{i}", ModelCatalog.MaxReadBytes + 1);
        }

        await using var cluster = await StartAsync();
        foreach (var i in Enumerable.Range(0, 6))
        {
            var error = await Assert.ThrowsAsync<ModelLoadingException>(() => cluster.Sdk.DescribeAsync($"m{i}", Waiting.Token).Soon());
            Assert.Contains("not known before it is loaded", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_store.Fetches);
        foreach (var i in Enumerable.Range(0, 6))
        {
            await cluster.InferAsync($"m{i}");
            Assert.Equal("fake", (await cluster.Sdk.DescribeAsync($"m{i}", Waiting.Token).Soon()).Signature.Platform);
        }

        Assert.Equal(6, _store.Fetches.Count);
    }

    [Fact]
    public async Task Describe_SmallModel_IsReadAndNotKept()
    {
        Put("m", 1000);
        await using var cluster = await StartAsync();

        Assert.Equal(1, (await cluster.Sdk.DescribeAsync("m", Waiting.Token).Soon()).Version);

        Assert.Empty(Directory.GetFiles(cluster.Inner.Cache.FullName, "*.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Pin_LargeModelThatNobodyHasFetched_IsPinnedAndLoaded()
    {
        Put("m", ModelCatalog.MaxReadBytes + 1);
        await using var cluster = await StartAsync();

        await cluster.Sdk.PinAsync("m", Waiting.Token).Soon();

        await Waiting.UntilAsync(() => cluster.Ready() is ["m@1"]);
    }

    private void Put(string model, long length)
    {
        _folder.Add(model);
        using var file = File.OpenWrite(Path.Combine(_folder.Path, model, "model.onnx"));
        file.SetLength(length);
    }

    private Task<StoreCluster> StartAsync() => StoreCluster.StartAsync(
        _folder, silos: 2, configureSilo: silo => silo.Services.AddSingleton<IModelStore>(_store));
}
