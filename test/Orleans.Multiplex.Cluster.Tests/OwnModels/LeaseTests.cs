using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class LeaseTests
{
    [Fact]
    public async Task Call_ModelInUseWhenItsEvictionIsWanted_EndsWellBeforeTheModelGoes()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time);
        var first = cluster.Grain("1").WaitAsync("one", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("one");
        var second = cluster.Grain("2").WaitAsync("two", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("two");

        var third = cluster.CallAsync("3");
        await DrainAsync(cluster, time, "1");
        Assert.Equal(["load 1", "load 2"], cluster.Models().Events.All);

        cluster.Gates.Open("one");
        Assert.Equal("1", await first.Soon());
        Assert.Equal("3", await third.Soon());
        Assert.Equal(["load 1", "load 2", "unload 1", "load 3"], cluster.Models().Events.All);
        cluster.Gates.Open("two");
        Assert.Equal("2", await second.Soon());
    }

    [Fact]
    public async Task Call_ForAModelThatIsBeingDrained_LoadsItAgainInItsTurn()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time, configure: options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 });
        var busy = cluster.Grain("1").WaitAsync("one", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("one");
        var other = cluster.CallAsync("2");
        await DrainAsync(cluster, time, "1");

        var again = cluster.CallAsync("1");
        cluster.Gates.Open("one");

        Assert.Equal(["1", "2", "1"], await Task.WhenAll(busy, other, again).Soon());
        Assert.Equal(["load 1", "unload 1", "load 2", "unload 2", "load 1"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task RunAsync_CallerThatGoesAway_LeavesTheModelLeasedToTheEndOfTheRun()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 });
        using var caller = new CancellationTokenSource();
        var run = cluster.GrainFrom<IFakeGrain>(0, "1").BlockThreadAsync("run", caller.Token);
        await cluster.Gates.WaitForArrivalAsync("run");

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Soon());
        var other = cluster.CallAsync("2");
        await cluster.Log.WaitForTextAsync("Draining model '1'");
        Assert.Equal(["load 1"], cluster.Models().Events.All);

        cluster.Gates.Open("run");
        Assert.Equal("2", await other.Soon());
        Assert.Equal(["load 1", "unload 1", "load 2"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Model_UseLeftBehindByACall_IsRefused()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Grain("1").LeaveUseBehindAsync("later", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("later");

        cluster.Gates.Open("later");

        await cluster.Models().Events.WaitForTextAsync("later:");
        Assert.Equal(["load 1", "later: InvalidOperationException"], cluster.Models().Events.All);
    }

    private static async Task DrainAsync(TestCluster cluster, FakeTimeProvider time, string id)
    {
        // The patience begins when somebody waits for room.
        var drained = cluster.Log.WaitForTextAsync($"Draining model '{id}'");
        await Waiting.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            return drained.IsCompleted;
        });
    }
}
