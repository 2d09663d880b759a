using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class LeaseGateTests
{
    [Fact]
    public void TryEnter_Closed_IsRefusedAndCountsNobody()
    {
        var gate = new LeaseGate();
        gate.Close();

        Assert.False(gate.TryEnter());
        Assert.Equal((0, true), (gate.Users, gate.IsClosed));
    }

    [Fact]
    public void Close_InUse_EmptiesWhenTheLastUserLeaves()
    {
        var gate = new LeaseGate();
        gate.TryEnter();
        gate.TryEnter();
        gate.Close();

        Assert.False(gate.Leave());
        Assert.False(gate.WhenEmpty.IsCompleted);
        Assert.False(gate.TryEnter());
        Assert.False(gate.WhenEmpty.IsCompleted);

        Assert.False(gate.Leave());
        Assert.True(gate.WhenEmpty.IsCompleted);
    }

    [Fact]
    public void Leave_LastUserOfAnOpenGate_SaysSo()
    {
        var gate = new LeaseGate();
        gate.TryEnter();
        gate.TryEnter();

        Assert.False(gate.Leave());
        Assert.True(gate.Leave());
        Assert.False(gate.WhenEmpty.IsCompleted);
    }

    [Fact]
    public void TryCloseIdle_InUse_LeavesItOpen()
    {
        var gate = new LeaseGate();
        gate.TryEnter();

        Assert.False(gate.TryCloseIdle());
        Assert.True(gate.TryEnter());

        gate.Leave();
        gate.Leave();
        Assert.True(gate.TryCloseIdle());
        Assert.True(gate.WhenEmpty.IsCompleted);
        Assert.False(gate.TryCloseIdle());
    }

    [Fact]
    public void EnterAgain_AfterClose_KeepsTheGateFromEmptying()
    {
        var gate = new LeaseGate();
        gate.TryEnter();
        gate.Close();
        gate.EnterAgain();

        gate.Leave();
        Assert.False(gate.WhenEmpty.IsCompleted);

        gate.Leave();
        Assert.True(gate.WhenEmpty.IsCompleted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task ManyThreads_CloseInTheMiddle_NobodyIsInsideAnEmptiedGate(int tries)
    {
        for (var round = 0; round < 200; round++)
        {
            var gate = new LeaseGate();
            var inside = 0;
            using var start = new ManualResetEventSlim();
            var users = Enumerable.Range(0, 4).Select(_ => OnThreadAsync(() =>
            {
                start.Wait(CancellationToken.None);
                while (gate.TryEnter())
                {
                    Interlocked.Increment(ref inside);
                    gate.EnterAgain();
                    Assert.False(gate.WhenEmpty.IsCompleted);
                    gate.Leave();
                    Assert.False(gate.WhenEmpty.IsCompleted);
                    Interlocked.Decrement(ref inside);
                    gate.Leave();
                }
            })).ToList();
            var closing = OnThreadAsync(() =>
            {
                start.Wait(CancellationToken.None);
                for (var i = 0; i < tries && !gate.TryCloseIdle(); i++)
                {
                }

                gate.Close();
            });
            var insideEmptied = gate.WhenEmpty.ContinueWith(
                _ => Volatile.Read(ref inside), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            start.Set();

            await Task.WhenAll([closing, .. users]).Soon();
            Assert.Equal(0, await insideEmptied.Soon());
            Assert.Equal((0, true), (gate.Users, gate.IsClosed));
        }
    }

    // Threads of their own: the pool has few, and these do not give them back while they race.
    private static Task OnThreadAsync(Action race) =>
        Task.Factory.StartNew(race, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
