using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Multiplex.Telemetry.Figures;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class StreamTests
{
    private static readonly Action<MultiplexOptions> QuotaOfOne = options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 };

    [Fact]
    public async Task Stream_ReadToItsEnd_KeepsTheModelLeasedToItsEnd()
    {
        await using var cluster = await TestCluster.StartAsync(configure: QuotaOfOne);
        await using var stream = cluster.Grain("1").StreamAsync(3, "element", Waiting.Token).GetAsyncEnumerator(Waiting.Token);
        Assert.True(await stream.MoveNextAsync().AsTask().Soon());
        var other = cluster.CallAsync("2");
        await cluster.Log.WaitForTextAsync("Draining model '1'");
        Assert.Equal(["load 1"], cluster.Models().Events.All);

        cluster.Gates.Open("element");
        List<string> elements = [stream.Current];
        while (await stream.MoveNextAsync().AsTask().Soon())
        {
            elements.Add(stream.Current);
        }

        Assert.Equal(["1:0", "1:1", "1:2"], elements);
        Assert.Equal("2", await other.Soon());
        Assert.Equal(["load 1", "unload 1", "load 2"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Stream_CallerThatBreaksOffEarly_GivesTheModelBackAndCounts()
    {
        await using var cluster = await TestCluster.StartAsync(configure: QuotaOfOne);
        var counters = cluster.Get<SiloCounters>();

        for (var i = 0; i < 2; i++)
        {
            await foreach (var element in cluster.Grain("1").StreamAsync(3, "element", Waiting.Token))
            {
                Assert.Equal("1:0", element);
                break;
            }
        }

        await Waiting.UntilAsync(() => (counters[Counted.Cold], counters[Counted.Hit]) == (1, 1));

        Assert.Equal("2", await cluster.CallAsync("2").Soon());
        Assert.Equal(["load 1", "unload 1", "load 2"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Stream_CallerThatAsksForNothingMore_GivesTheModelBackWhenTheTimeOfACallHasPassed()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time, configure: options => options.RequestTimeout = TimeSpan.FromSeconds(20));
        cluster.Gates.Open("element");
        await using var stream = cluster.Grain("1").StreamAsync(3, "element", Waiting.Token).WithBatchSize(1).GetAsyncEnumerator(Waiting.Token);
        Assert.True(await stream.MoveNextAsync().AsTask().Soon());
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.True(await stream.MoveNextAsync().AsTask().Soon());
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(1, Assert.Single(cluster.Residents()).Gate.Users);

        time.Advance(TimeSpan.FromSeconds(5));

        await Waiting.UntilAsync(() => Assert.Single(cluster.Residents()).Gate.Users == 0);
        await Assert.ThrowsAsync<InferenceTimeoutException>(() => stream.MoveNextAsync().AsTask().Soon());
        Assert.Equal((1, 0), (cluster.Get<SiloCounters>()[Counted.Failed], cluster.Get<SiloCounters>()[Counted.Cold]));
    }

    [Fact]
    public async Task Stream_CallerThatEndsBeforeItsBeginningArrives_DoesNotKeepTheModel()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CallAsync("1").Soon();
        var streams = cluster.GrainFrom<IFakeGrain>(0, "1").AsReference<IAsyncEnumerableGrainExtension>();
        var id = Guid.NewGuid();

        await streams.DisposeAsync(id, Waiting.Token).AsTask().Soon();

        var request = (IAsyncEnumerableRequest<string>)cluster.GrainFrom<IFakeGrain>(0, "1").StreamAsync(3, "element", Waiting.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => streams.StartEnumeration(id, request, Waiting.Token).AsTask().Soon());
        Assert.Equal(0, Assert.Single(cluster.Residents()).Gate.Users);
    }

    [Fact]
    public async Task Stream_CallerThatCancels_GivesTheModelBack()
    {
        await using var cluster = await TestCluster.StartAsync(configure: QuotaOfOne);
        using var caller = new CancellationTokenSource();
        await using var stream = cluster.Grain("1").StreamAsync(3, "element", caller.Token).GetAsyncEnumerator(Waiting.Token);
        Assert.True(await stream.MoveNextAsync().AsTask().Soon());
        var next = stream.MoveNextAsync().AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Soon());
        Assert.Equal("2", await cluster.CallAsync("2").Soon());
        Assert.DoesNotContain("disposed in use 1", cluster.Models().Events.All);
    }

    [Fact]
    public async Task Stream_CallerThatVanishes_GivesTheModelBackWhenOrleansLetsItGo()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time, configure: QuotaOfOne);
        var stream = cluster.Grain("1").StreamAsync(3, "element", Waiting.Token).GetAsyncEnumerator(Waiting.Token);
        Assert.True(await stream.MoveNextAsync().AsTask().Soon());
        var resident = Assert.Single(cluster.Residents());
        Assert.Equal(1, resident.Gate.Users);

        // Orleans looks for enumerations without a caller every 50 s, and lets them go the second time.
        for (var looks = 0; looks < 3 && resident.Gate.Users > 0; looks++)
        {
            time.Advance(TimeSpan.FromSeconds(51));
            await cluster.CallAsync("1").Soon();
        }

        Assert.Equal("2", await cluster.CallAsync("2").Soon());
        Assert.Equal(["load 1", "unload 1", "load 2"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Stream_LongerThanTheTimeOfACall_GoesOnUsingTheModel()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time);
        await using var stream = cluster.Grain("1").StreamFromThreadAsync(3, "element", Waiting.Token).GetAsyncEnumerator(Waiting.Token);

        Assert.True(await stream.MoveNextAsync().AsTask().Soon());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("1:1", stream.Current);
            var next = stream.MoveNextAsync().AsTask();
            await cluster.Gates.WaitForArrivalAsync($"element{i}");
            time.Advance(TimeSpan.FromSeconds(40));
            cluster.Gates.Open($"element{i}");
            Assert.Equal(i < 2, await next.Soon());
        }
    }

    [Fact]
    public async Task Stream_OfAModelThatCannotBeLoaded_ThrowsTheTypedError()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Models().FailLoad = _ => new InvalidOperationException("broken");

        await using var stream = cluster.Grain("1").StreamAsync(3, "element", Waiting.Token).GetAsyncEnumerator(Waiting.Token);

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => stream.MoveNextAsync().AsTask().Soon());
        Assert.Equal("1", error.ModelId);
    }
}
