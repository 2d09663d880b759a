using Orleans.Multiplex.Execution;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution;

public sealed class DedicatedThreadsTests
{
    [Theory]
    [InlineData(1, null)]
    [InlineData(1, 2000)]
    [InlineData(4, null)]
    [InlineData(4, 2000)]
    public async Task TryAdd_ManyCallers_NoWorkIsLost(int count, int? capacity)
    {
        using var threads = new DedicatedThreads("test", count, capacity);
        var done = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 250; i++)
            {
                Assert.True(threads.TryAdd(new(() =>
                {
                    if (Interlocked.Increment(ref done) == 2000)
                    {
                        all.SetResult();
                    }
                })));
            }
        }))).Soon();

        await all.Task.Soon();
        Assert.Equal(0, threads.Waiting);
    }

    [Fact]
    public async Task TryAdd_Full_IsRefusedUntilThereIsAPlace()
    {
        using var threads = new DedicatedThreads("test", 1, capacity: 2);
        var (first, second) = (new Checkpoint(), new Checkpoint());
        threads.TryAdd(new(first.Block));
        await first.Reached;

        Assert.True(threads.TryAdd(new(second.Block)));
        Assert.True(threads.TryAdd(new(() => { })));
        Assert.Equal(2, threads.Waiting);
        Assert.False(threads.TryAdd(new(() => { })));

        first.Open();
        await second.Reached;
        Assert.True(threads.TryAdd(new(() => { })));
        second.Open();
    }

    [Fact]
    public async Task TrySubstitute_WorkKeepsItsThread_AnotherRunsTheRestAndOneEndsWithTheWork()
    {
        using var threads = new DedicatedThreads("test", 1, capacity: null);
        var (kept, second, third) = (new Checkpoint(), new Checkpoint(), new Checkpoint());
        var use = new ThreadUse(threads);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.False(use.TryReplace());
        threads.TryAdd(new(() =>
        {
            use.Begin();
            kept.Block();
            use.End();
            ended.SetResult();
        }));
        await kept.Reached;
        threads.TryAdd(new(second.Block));

        Assert.True(use.TryReplace());
        Assert.False(use.TryReplace());

        await second.Reached;
        kept.Open();
        await ended.Task.Soon();
        threads.TryAdd(new(third.Block));
        second.Open();
        await third.Reached;
        Assert.Equal(0, threads.Substitutes);
        threads.Dispose();
        third.Open();
        await threads.WhenEnded.Soon();
    }

    [Fact]
    public void TrySubstitute_TooMany_IsRefused()
    {
        using var threads = new DedicatedThreads("test", 1, capacity: null);

        Assert.Equal(16, Enumerable.Range(0, 20).Count(_ => threads.TrySubstitute()));
        threads.EndSubstitute();
        Assert.True(threads.TrySubstitute());
    }

    [Fact]
    public async Task TryAdd_OneThread_RunsInOrderOnAThreadOfItsOwn()
    {
        var order = new List<int>();
        using var threads = new DedicatedThreads("test", 1, capacity: null);
        var names = new HashSet<string?>();
        for (var i = 0; i < 100; i++)
        {
            var number = i;
            threads.TryAdd(new(() =>
            {
                order.Add(number);
                names.Add(Thread.CurrentThread.IsThreadPoolThread ? "pool" : Thread.CurrentThread.Name);
            }));
        }

        threads.Dispose();
        await threads.WhenEnded.Soon();

        Assert.Equal(Enumerable.Range(0, 100), order);
        Assert.Equal(["test-0"], names);
    }

    [Fact]
    public async Task Dispose_WorkBlocksAndWaits_DoesNotWaitForItAndTakesNothingMore()
    {
        using var threads = new DedicatedThreads("test", 3, capacity: null);
        var blocked = new Checkpoint();
        var done = 0;
        threads.TryAdd(new(blocked.Block));
        for (var i = 0; i < 50; i++)
        {
            threads.TryAdd(new(() => Interlocked.Increment(ref done)));
        }

        threads.Dispose();

        Assert.False(threads.TryAdd(new(() => { })));
        Assert.False(threads.WhenEnded.IsCompleted);
        blocked.Open();
        await threads.WhenEnded.Soon();
        Assert.Equal(50, done);
    }
}
