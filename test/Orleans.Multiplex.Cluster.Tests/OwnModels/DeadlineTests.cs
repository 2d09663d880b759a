using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>The time of a call: it reaches the silo, and the silo ends the call at it with an error that says what the time went to.</summary>
public sealed class DeadlineTests
{
    private static readonly InferenceOptions TwentySeconds = new() { Timeout = TimeSpan.FromSeconds(20) };

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Call_TimeOfItsOwnPassesWhileTheModelLoads_EndsInTheSilosError()
    {
        await using var cluster = await TestCluster.StartAsync(time: _time);
        var gate = cluster.Models().Block("1");
        var call = CallAsync(cluster, (grain, token) => grain.CallAsync(token));
        await cluster.Models().Events.WaitForAsync("load 1");

        var error = await Assert.ThrowsAsync<ModelLoadingException>(() => PassAsync(call, 20));
        Assert.NotNull(error.RetryAfter);
        gate.SetResult();
        Assert.Equal("1", await cluster.CallAsync("1").Soon());
    }

    [Fact]
    public async Task Call_TimeOfItsOwnPassesInTheQueue_SaysSo()
    {
        await using var cluster = await TestCluster.StartAsync(time: _time, configure: options => options.Execution.Threads = 1);
        var blocks = cluster.Grain("1").BlockThreadAsync("thread", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("thread");
        var call = CallAsync(cluster, (grain, token) => grain.DescribeThreadAsync(token));
        await Waiting.UntilAsync(() => cluster.Residents()[0].Gate.Users == 4);

        var error = await Assert.ThrowsAsync<InferenceTimeoutException>(() => PassAsync(call, 20));
        Assert.Contains("while it waited for an inference thread", error.Message, StringComparison.Ordinal);
        cluster.Gates.Open("thread");
        Assert.Equal("1 1", await blocks.Soon());
    }

    [Fact]
    public async Task Call_TimePassesInCodeThatHeedsItsToken_EndsTheCodeToo()
    {
        await using var cluster = await TestCluster.StartAsync(time: _time);
        var call = CallAsync(cluster, (grain, token) => grain.WaitAsync("busy", token));
        await cluster.Gates.WaitForArrivalAsync("busy");

        var error = await Assert.ThrowsAsync<InferenceTimeoutException>(() => PassAsync(call, 20));
        Assert.Contains("the time passed while it ran", error.Message, StringComparison.Ordinal);
        await Waiting.UntilAsync(() => cluster.Residents()[0].Gate.Users == 0);
    }

    [Fact]
    public async Task Call_TimePassesInCodeThatIsDeaf_EndsTheCallAndKeepsTheModelLeased()
    {
        await using var cluster = await TestCluster.StartAsync(time: _time, configure: options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 });
        var call = CallAsync(cluster, (grain, token) => grain.WaitDeafAsync("busy", token));
        await cluster.Gates.WaitForArrivalAsync("busy");

        await Assert.ThrowsAsync<InferenceTimeoutException>(() => PassAsync(call, 20));
        var other = cluster.CallAsync("2");
        await Waiting.UntilAsync(() => cluster.IsRoomAwaited());
        Assert.Equal(["load 1"], cluster.Models().Events.All);

        cluster.Gates.Open("busy");
        Assert.Equal("2", await other.Soon());
        Assert.Equal(["load 1", "unload 1", "load 2"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Call_ByAPlainOrleansClient_HasTheSilosTime()
    {
        await using var cluster = await TestCluster.StartAsync(time: _time, configure: options => options.RequestTimeout = TimeSpan.FromSeconds(5));
        var call = cluster.Grain("1").WaitAsync("busy", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("busy");

        await Assert.ThrowsAsync<InferenceTimeoutException>(() => PassAsync(call, 5));
    }

    [Fact]
    public async Task Call_LongerThanTheUsualTime_HasTheTimeThatItAskedFor()
    {
        await using var cluster = await TestCluster.StartAsync(time: _time, configure: options => options.RequestTimeout = TimeSpan.FromSeconds(5));
        var call = CallAsync(cluster, (grain, token) => grain.WaitAsync("busy", token));
        await cluster.Gates.WaitForArrivalAsync("busy");

        _time.Advance(TimeSpan.FromSeconds(19));
        cluster.Gates.Open("busy");

        Assert.Equal("1", await call.Soon());
    }

    [Fact]
    public async Task Call_TimeOfItsOwn_DoesNotFlowIntoTheCallsThatTheModelMakes()
    {
        await using var cluster = await TestCluster.StartAsync();

        var keys = await CallAsync(cluster, (grain, token) => grain.ReadNestedKeysAsync(token)).Soon();

        Assert.DoesNotContain("multiplex", keys, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ForMoreTimeThanTheSiloGrants_IsRefusedAtOnce()
    {
        await using var cluster = await TestCluster.StartAsync(
            configure: options => options.MaxRequestTimeout = TimeSpan.FromMinutes(2), configureClient: options => options.MaxRequestTimeout = TimeSpan.FromHours(1));

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Sdk.CallAsync<IFakeGrain, string>(
            "1", (grain, token) => grain.CallAsync(token), new InferenceOptions { Timeout = TimeSpan.FromMinutes(3) }, Waiting.Token).Soon());

        Assert.Contains("at most 00:02:00 may be asked for (Multiplex:MaxRequestTimeout)", error.Message, StringComparison.Ordinal);
        Assert.Empty(cluster.Models().Events.All);
    }

    [Fact]
    public async Task Stream_TimeOfItsOwnPassesWhileTheModelLoads_EndsInTheSilosError()
    {
        await using var cluster = await TestCluster.StartAsync(time: _time);
        cluster.Models().Block("1");
        var call = CallAsync(cluster, ReadAsync);
        await cluster.Models().Events.WaitForAsync("load 1");

        await Assert.ThrowsAsync<ModelLoadingException>(() => PassAsync(call, 20));
    }

    [Fact]
    public async Task Stream_TimeOfItsOwnPasses_IsForTheWholeOfIt()
    {
        await using var cluster = await TestCluster.StartAsync(time: _time);
        var call = CallAsync(cluster, ReadAsync);
        await cluster.Gates.WaitForArrivalAsync("element0");
        _time.Advance(TimeSpan.FromSeconds(15));
        cluster.Gates.Open("element0");
        await cluster.Gates.WaitForArrivalAsync("element1");

        var error = await Assert.ThrowsAsync<InferenceTimeoutException>(() => PassAsync(call, 5));
        Assert.Contains("the time passed while it ran", error.Message, StringComparison.Ordinal);
        await Waiting.UntilAsync(() => cluster.Residents()[0].Gate.Users == 0);
    }

    private static Task<string> CallAsync(TestCluster cluster, Func<IFakeGrain, CancellationToken, Task<string>> call) =>
        cluster.Sdk.CallAsync("1", call, TwentySeconds, Waiting.Token);

    private static async Task<string> ReadAsync(IFakeGrain grain, CancellationToken cancellationToken) =>
        string.Join(",", await grain.StreamFromThreadAsync(3, "element", cancellationToken).ToListAsync(cancellationToken));

    /// <summary>Lets the time pass in which the call has to end, and a little more until its end has been seen.</summary>
    private async Task<T> PassAsync<T>(Task<T> call, int seconds)
    {
        var start = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await Waiting.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
            return call.IsCompleted;
        });
        Assert.True(_time.GetElapsedTime(start) < TimeSpan.FromSeconds(seconds + 10), "The call did not end at its time.");
        return await call;
    }
}
