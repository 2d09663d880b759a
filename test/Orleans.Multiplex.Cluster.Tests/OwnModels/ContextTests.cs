using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class ContextTests
{
    [Fact]
    public async Task ModelId_InANestedCall_DoesNotFlow()
    {
        await using var cluster = await TestCluster.StartAsync();

        Assert.Equal("a>>a", await cluster.Grain("a").ReadContextAsync(null, flow: false, Waiting.Token).Soon());
    }

    [Fact]
    public async Task ModelId_ToldToFlow_IsReadableInTheNestedCallOnly()
    {
        await using var cluster = await TestCluster.StartAsync();

        Assert.Equal("a>a>a", await cluster.Grain("a").ReadContextAsync(null, flow: true, Waiting.Token).Soon());
        Assert.Equal("b>>b", await cluster.Grain("b").ReadContextAsync(null, flow: false, Waiting.Token).Soon());
    }

    [Theory]
    [InlineData(false, "a>b>>b>a")]
    [InlineData(true, "a>b>a>b>a")]
    public async Task ModelId_InANestedCallOfAnotherModel_IsItsOwn(bool flow, string seen)
    {
        await using var cluster = await TestCluster.StartAsync();

        Assert.Equal(seen, await cluster.Grain("a").ReadContextAsync("b", flow, Waiting.Token).Soon());
    }

    [Fact]
    public async Task ModelId_InAHundredCallsAtOnceOfSeveralModels_IsEachCallsOwn()
    {
        await using var cluster = await TestCluster.StartAsync();
        var ids = Enumerable.Range(0, 100).Select(i => $"m{i % 7}").ToList();
        TGrain Grain<TGrain>(string id)
            where TGrain : IGrainWithStringKey => cluster.Grain<TGrain>(id);

        var onGrain = Task.WhenAll(ids.Select(id => Grain<IUnlimitedGrain>(id).ReadContextAsync(null, flow: false, Waiting.Token)));
        var flowing = Task.WhenAll(ids.Select(id => Grain<IUnlimitedGrain>(id).ReadContextAsync(null, flow: true, Waiting.Token)));
        var onThreads = Task.WhenAll(ids.Select(id => Grain<IUnlimitedGrain>(id).DescribeThreadAsync(Waiting.Token)));
        cluster.Gates.Open("stream");
        var streams = Task.WhenAll(ids.Select(async id => await Grain<IUnlimitedGrain>(id).StreamAsync(3, "stream", Waiting.Token).ToListAsync(Waiting.Token)));

        Assert.Equal(ids.Select(id => $"{id}>>{id}"), await onGrain.Soon());
        Assert.Equal(ids.Select(id => $"{id}>{id}>{id}"), await flowing.Soon());
        Assert.All((await onThreads.Soon()).Zip(ids), pair => Assert.EndsWith($" {pair.Second}", pair.First, StringComparison.Ordinal));
        Assert.All((await streams.Soon()).Zip(ids), pair => Assert.Equal([$"{pair.Second}:0", $"{pair.Second}:1", $"{pair.Second}:2"], pair.First));
    }

    [Fact]
    public async Task ModelId_OutsideACall_IsEmpty()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CallAsync("a");

        Assert.Equal("", MultiplexContext.ModelId);
        Assert.Equal("", await cluster.Client.GetGrain<IContextReader>(1).ReadAsync().Soon());
    }
}
