using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class SharedWorkTests
{
    [Fact]
    public async Task Request_WhileItRuns_IsDoneOnceMore()
    {
        var (first, second) = (new Checkpoint(), new Checkpoint());
        var runs = 0;
        var work = new SharedWork(() => (Interlocked.Increment(ref runs) == 1 ? first : second).Block());

        work.Request();
        await first.Reached;
        work.Request();
        first.Open();
        second.Open();

        await second.Reached;
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Request_OfManyThreads_TheLastOneIsNotMissed()
    {
        const int Requests = 80_000;
        var asked = 0;
        var isSeen = new TaskCompletionSource();
        var work = new SharedWork(() =>
        {
            if (Volatile.Read(ref asked) == Requests)
            {
                isSeen.TrySetResult();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Requests / 8; i++)
            {
                Interlocked.Increment(ref asked);
                work.Request();
            }
        }))).Soon();

        await isSeen.Task.Soon();
    }
}
