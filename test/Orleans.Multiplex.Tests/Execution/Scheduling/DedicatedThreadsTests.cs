using Orleans.Multiplex.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

public sealed class DedicatedThreadsTests
{
    private readonly WorkQueue _work = new();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task TryAdd_ManyCallers_NoWorkIsLost(int count)
    {
        using var threads = new DedicatedThreads("test", count, _work);
        var done = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 250; i++)
            {
                Assert.True(_work.TryAdd(() =>
                {
                    if (Interlocked.Increment(ref done) == 2000)
                    {
                        all.SetResult();
                    }
                }));
            }
        }))).Soon();

        await all.Task.Soon();
    }

    [Fact]
    public async Task TrySubstitute_WorkKeepsItsThread_AnotherRunsTheRestAndOneEndsWithTheWork()
    {
        using var threads = new DedicatedThreads("test", 1, _work);
        var (kept, second, third) = (new Checkpoint(), new Checkpoint(), new Checkpoint());
        var use = new ThreadUse(threads);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.False(use.TryReplace());
        _work.TryAdd(() =>
        {
            use.Begin();
            kept.Block();
            use.End();
            ended.SetResult();
        });
        await kept.Reached;
        _work.TryAdd(second.Block);

        Assert.True(use.TryReplace());
        Assert.False(use.TryReplace());

        await second.Reached;
        kept.Open();
        await ended.Task.Soon();
        _work.TryAdd(third.Block);
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
        using var threads = new DedicatedThreads("test", 1, _work);

        Assert.Equal(16, Enumerable.Range(0, 20).Count(_ => threads.TrySubstitute()));
        threads.EndSubstitute();
        Assert.True(threads.TrySubstitute());
    }

    [Fact]
    public async Task TryAdd_OneThread_RunsInOrderOnAThreadOfItsOwn()
    {
        var order = new List<int>();
        using var threads = new DedicatedThreads("test", 1, _work);
        var names = new HashSet<string?>();
        for (var i = 0; i < 100; i++)
        {
            var number = i;
            _work.TryAdd(() =>
            {
                order.Add(number);
                names.Add(Thread.CurrentThread.IsThreadPoolThread ? "pool" : Thread.CurrentThread.Name);
            });
        }

        threads.Dispose();
        await threads.WhenEnded.Soon();

        Assert.Equal(Enumerable.Range(0, 100), order);
        Assert.Equal(["test-0"], names);
    }

    [Fact]
    public async Task Dispose_WorkBlocksAndWaits_DoesNotWaitForItAndTakesNothingMore()
    {
        using var threads = new DedicatedThreads("test", 3, _work);
        var blocked = new Checkpoint();
        var done = 0;
        _work.TryAdd(blocked.Block);
        for (var i = 0; i < 50; i++)
        {
            _work.TryAdd(() => Interlocked.Increment(ref done));
        }

        threads.Dispose();

        Assert.False(_work.TryAdd(() => { }));
        Assert.False(threads.WhenEnded.IsCompleted);
        blocked.Open();
        await threads.WhenEnded.Soon();
        Assert.Equal(50, done);
    }
}
