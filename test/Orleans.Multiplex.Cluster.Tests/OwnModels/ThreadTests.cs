using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class ThreadTests
{
    [Fact]
    public async Task RunAsync_SynchronousUse_RunsOnAnInferenceThread()
    {
        await using var cluster = await TestCluster.StartAsync();

        var answer = (await cluster.Grain("1").DescribeThreadAsync(Waiting.Token).Soon()).Split(' ');

        Assert.Equal("1", answer[0]);
        Assert.StartsWith("multiplex-run-", answer[1], StringComparison.Ordinal);
        Assert.Equal("1", answer[2]);
    }

    [Fact]
    public async Task RunAsync_AsynchronousUse_RunsOnTheGrain()
    {
        await using var cluster = await TestCluster.StartAsync();

        var answer = (await cluster.Grain("1").DescribeSchedulerAsync(Waiting.Token).Soon()).Split(' ');

        Assert.Equal(["1", "ActivationTaskScheduler", "ActivationTaskScheduler", "1"], answer);
    }

    [Fact]
    public async Task RunAsync_AllInferenceThreadsBlocked_LeavesTheGrainsFree()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.Execution.Threads = 1);
        var blocked = cluster.Grain("1").BlockThreadAsync("thread", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("thread");

        Assert.Equal("1", await cluster.CallAsync("1").Soon());

        cluster.Gates.Open("thread");
        Assert.Equal("1 1", await blocked.Soon());
    }

    [Fact]
    public async Task RunAsync_MoreThanMayWait_IsRefusedWithATimeToTryAgain()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => (options.Execution.Threads, options.Execution.MaxQueued) = (1, 1));
        var runs = cluster.Grain("1").BlockThreadAsync("thread", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("thread");

        // One of these finds the one place in the queue, the other finds it taken.
        var (one, two) = (cluster.Grain("1").BlockThreadAsync("thread", Waiting.Token), cluster.Grain("1").BlockThreadAsync("thread", Waiting.Token));
        var refused = await Task.WhenAny(one, two).Soon();

        var error = await Assert.ThrowsAsync<OverloadedException>(() => refused);
        Assert.Equal("1", error.ModelId);
        Assert.NotNull(error.RetryAfter);
        cluster.Gates.Open("thread");
        Assert.Equal("1 1", await runs.Soon());
        Assert.Equal("1 1", await (refused == one ? two : one).Soon());
    }
}
