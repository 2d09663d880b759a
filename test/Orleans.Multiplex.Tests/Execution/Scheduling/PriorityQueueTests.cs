using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

/// <summary>In which order work that waits for a thread gets one, and who is refused where the queue is full.</summary>
public sealed class PriorityQueueTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Run_QueueIsFullOfLessUrgentWork_TheLastOfTheLeastUrgentIsRefusedAndEndsOnce()
    {
        using var scheduler = new TestScheduler(new(1, 4, 4, TimeSpan.FromSeconds(1)), "silo-1", _time, NullLogger.Instance);
        var busy = new Checkpoint();
        var first = scheduler.RunAsync("busy", _ => Block(busy), Minute, 0, () => { }, CancellationToken.None);
        await busy.Reached;
        var ends = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var (a, b, c, d) = (Add("8a", 8), Add("8b", 8), Add("7", 7), Add("5", 0));

        var e = Add("1a", 1);
        var error = await Assert.ThrowsAsync<OverloadedException>(() => b.Soon());
        Assert.Equal(("8b", TimeSpan.FromSeconds(1)), (error.ModelId, error.RetryAfter));
        var f = Add("1b", 1);
        await Assert.ThrowsAsync<OverloadedException>(() => a.Soon());
        Assert.Equal(["8b", "8a"], ends);

        // As urgent as the least urgent that waits, or less: it is the new one that is refused.
        await Assert.ThrowsAsync<OverloadedException>(() => Add("7b", 7).Soon());
        await Assert.ThrowsAsync<OverloadedException>(() => Add("9", 9).Soon());
        Assert.Equal(["8b", "8a", "7b", "9"], ends);
        Assert.Equal(4, scheduler.Waiting);

        busy.Open();
        await Task.WhenAll(first, c, d, e, f).Soon();
        Assert.Equal(["8b", "8a", "7b", "9", "1a", "1b", "5", "7"], ends);

        Task<int> Add(string name, int priority) =>
            scheduler.RunAsync(name, _ => 1, Minute, priority, () => ends.Enqueue(name), CancellationToken.None);
    }

    [Fact]
    public async Task Run_ManyOfAllPrioritiesOnAFullQueueSomeCancel_EachEndsOnce()
    {
        using var scheduler = new TestScheduler(new(2, 8, 8, TimeSpan.FromSeconds(1)), "silo-1", TimeProvider.System, NullLogger.Instance);
        var ends = new int[4000];
        var ran = 0;
        using var allEnded = new CountdownEvent(ends.Length);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, ends.Length).Select(i => Task.Run(async () =>
        {
            using var cancelled = new CancellationTokenSource();
            var run = scheduler.RunAsync("m", _ => Interlocked.Increment(ref ran), Minute, i % 10, () => End(i), cancelled.Token);
            if (i % 7 == 0)
            {
                await cancelled.CancelAsync();
            }

            try
            {
                await run;
                return 1;
            }
            catch (Exception error) when (error is OverloadedException or OperationCanceledException)
            {
                return 0;
            }
        }))).Soon();
        await Task.Run(() => allEnded.Wait(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken).Soon();

        Assert.All(ends, count => Assert.Equal(1, count));
        Assert.InRange(ran, outcomes.Sum(), ends.Length);

        void End(int i)
        {
            Interlocked.Increment(ref ends[i]);
            allEnded.Signal();
        }
    }

    [Fact]
    public async Task Run_SeveralWait_GoByPriorityAndThenInTheOrderInWhichTheyCame()
    {
        using var scheduler = new TestScheduler(new(1, 100, 100, TimeSpan.FromSeconds(1)), "silo-1", _time, NullLogger.Instance);
        var busy = new Checkpoint();
        var first = scheduler.RunAsync("busy", _ => Block(busy), Minute, 0, () => { }, CancellationToken.None);
        await busy.Reached;
        var order = new List<string>();
        var runs = new[] { "9a", "0a", "6", "1a", "5", "0b", "1b", "4", "77", "9b" }.Select(name => scheduler.RunAsync(
            name,
            _ =>
            {
                order.Add(name);
                return name;
            },
            Minute,
            int.Parse(name.TrimEnd('a', 'b'), System.Globalization.CultureInfo.InvariantCulture),
            () => { },
            CancellationToken.None)).ToList();

        busy.Open();

        await Task.WhenAll(runs).Soon();
        Assert.Equal(["1a", "1b", "4", "0a", "5", "0b", "6", "9a", "77", "9b"], order);
        Assert.Equal(1, await first.Soon());
    }

    private static int Block(Checkpoint checkpoint)
    {
        checkpoint.Block();
        return 1;
    }
}
