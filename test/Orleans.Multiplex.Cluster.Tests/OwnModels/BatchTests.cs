using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Items of calls to models of an own class that go through them together. Ray Serve's tests of batches with multiplexing are among them.</summary>
public sealed class BatchTests : IAsyncLifetime
{
    private readonly BatchLog _log = new();
    private readonly FakeTimeProvider _time = new();
    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync(
        time: _time,
        configure: static options => options.Execution.Threads = 3,
        configureSilo: silo => silo.Services.AddSingleton(_log),
        classes: typeof(BatchGrain));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Ask_CallsOfTwoModelsAlternate_TwoBatchesOfOneModelEach()
    {
        await WarmUpAsync("a", "b");
        var calls = Enumerable.Range(0, 6).Select(i => AskAsync(i % 2 == 0 ? "a" : "b", i)).ToList();
        await WhenWaitingAsync(6);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["a a 0", "b b 1", "a a 2", "b b 3", "a a 4", "b b 5"], await Task.WhenAll(calls).Soon());
        Assert.Equal(["a: 0 2 4", "b: 1 3 5"], _log.Batches.Order());
    }

    [Fact]
    public async Task Ask_FiveCallsOfOneModel_OneBatchWithTheRightId()
    {
        await WarmUpAsync("a");
        var calls = Enumerable.Range(0, 5).Select(i => AskAsync("a", i)).ToList();
        await WhenWaitingAsync(5);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Enumerable.Range(0, 5).Select(static i => $"a a {i}"), await Task.WhenAll(calls).Soon());
        Assert.Equal(["a: 0 1 2 3 4"], _log.Batches);
    }

    [Fact]
    public async Task Ask_ThreeModelsInOneWindow_TheirBatchesRunSideBySideEachWithItsOwnId()
    {
        await WarmUpAsync("a", "b", "c");
        using var barrier = new Barrier(3);
        _log.OnBatch = () => Assert.True(barrier.SignalAndWait(TimeSpan.FromSeconds(30)));
        var calls = Enumerable.Range(0, 9).Select(i => AskAsync($"{(char)('a' + (i % 3))}", i)).ToList();
        await WhenWaitingAsync(9);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(
            Enumerable.Range(0, 9).Select(static i => $"{(char)('a' + (i % 3))} {(char)('a' + (i % 3))} {i}"), await Task.WhenAll(calls).Soon());
        Assert.Equal(["a: 0 3 6", "b: 1 4 7", "c: 2 5 8"], _log.Batches.Order());
    }

    [Fact]
    public async Task Ask_OneItemIsToBlame_ItAloneFails()
    {
        await WarmUpAsync("a");
        var calls = new[] { AskAsync("a", 1), AskAsync("a", -2), AskAsync("a", 3) };
        await WhenWaitingAsync(3);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("a a 1", await calls[0].Soon());
        Assert.Contains("negative", (await Assert.ThrowsAsync<ArgumentException>(() => calls[1].Soon())).Message, StringComparison.Ordinal);
        Assert.Equal("a a 3", await calls[2].Soon());
        Assert.Equal("a: -2 1 3", _log.Batches.First());
        Assert.Equal(["a: -2", "a: 1", "a: 3"], _log.Batches.Skip(1).Order());
    }

    [Fact]
    public async Task Ask_TenCallsOfOneModel_NobodyWaitsForMore()
    {
        await WarmUpAsync("a");

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => AskAsync("a", i))).Soon();

        Assert.Equal("a: 0 1 2 3 4 5 6 7 8 9", Assert.Single(_log.Batches));
    }

    [Fact]
    public async Task Ask_FunctionCapturesTheCall_IsToldSo()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Grain("a").AskWronglyAsync(1, Waiting.Token).Soon());
        var ofGrain = await Assert.ThrowsAsync<ArgumentException>(() => Grain("a").AskByMethodAsync(1, Waiting.Token).Soon());

        Assert.Contains("Make it static", error.Message, StringComparison.Ordinal);
        Assert.Contains("Make it static", ofGrain.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_FunctionGivesTooFewResults_IsToldSo()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Grain("a").AskTooFewAsync(1, Waiting.Token).Soon());

        Assert.Contains("for 1 items at once and gave 0 results", error.Message, StringComparison.Ordinal);
    }

    private IBatchGrain Grain(string id) => _cluster.Grain<IBatchGrain>(id);

    private Task<string> AskAsync(string id, int item) => Grain(id).AskAsync(item, Waiting.Token);

    // Loads them, so that all calls after it come to the batch.
    private async Task WarmUpAsync(params string[] ids)
    {
        foreach (var id in ids)
        {
            var call = AskAsync(id, 0);
            await WhenWaitingAsync(1);
            _time.Advance(TimeSpan.FromSeconds(1));
            await call.Soon();
        }

        _log.Batches.Clear();
    }

    private async Task WhenWaitingAsync(int count)
    {
        var scheduler = _cluster.Silos[0].ServiceProvider.GetRequiredService<Orleans.Multiplex.Execution.Scheduling.InferenceScheduler>();
        while (scheduler.Waiting < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Waiting.Token);
        }
    }
}
