using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>When all models are in use and others wait for room.</summary>
public sealed class DrainingTests
{
    [Fact]
    public async Task Drain_AllInUseForThePatience_ClosesTheLeastRecentlyUsed()
    {
        using var silo = new TestSilo(maxModels: 2);
        var (a, b) = (silo.Reside("a"), silo.Reside("b"));
        var (useOfB, useOfA) = (TestSilo.Use(b), TestSilo.Use(a));
        var waiting = silo.ReserveAsync("c");

        silo.Time.Advance(TestSilo.DrainPatience - TimeSpan.FromMilliseconds(1));
        Assert.False(b.Gate.IsClosed);

        silo.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((false, true), (a.Gate.IsClosed, b.Gate.IsClosed));
        Assert.Equal("b", ((TrackedModel)useOfB.Model).Id);
        Assert.False(waiting.IsCompleted);

        useOfB.Dispose();
        await waiting.Soon();
        Assert.Equal((ResidentState.Ready, ResidentState.Gone), (a.State, b.State));
        useOfA.Dispose();
    }

    [Fact]
    public async Task Drain_NobodyWaitsAnyMore_ClosesNothing()
    {
        using var silo = new TestSilo(maxModels: 1);
        var a = silo.Reside("a");
        var use = TestSilo.Use(a);
        using var cancelled = new CancellationTokenSource();
        var waiting = silo.ReserveUntilAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());

        silo.Time.Advance(TestSilo.DrainPatience);

        Assert.False(a.Gate.IsClosed);
        use.Dispose();
    }

    [Fact]
    public async Task Drain_TwoModelsThatAreNeverIdle_ShareAQuotaOfOne()
    {
        using var silo = new TestSilo(maxModels: 1);
        var holds = silo.Reside("m0");
        var use = TestSilo.Use(holds);
        for (var round = 1; round <= 20; round++)
        {
            var waiting = silo.ReserveAsync($"m{round % 2}");
            var overlapping = TestSilo.Use(holds);
            use.Dispose();
            silo.Time.Advance(TestSilo.DrainPatience);
            Assert.False(holds.Gate.TryEnter());

            overlapping.Dispose();
            holds = silo.Reside($"m{round % 2}", await waiting.Soon());
            use = TestSilo.Use(holds);
        }

        use.Dispose();
        Assert.Equal(20, silo.Opener.Events.Count);
    }

    [Fact]
    public async Task Drain_UsersDoNotEnd_OthersAreEvictedInItsPlace()
    {
        using var silo = new TestSilo(maxModels: 2);
        var (stuck, other) = (silo.Reside("stuck"), silo.Reside("other"));
        var (never, soon) = (TestSilo.Use(stuck), TestSilo.Use(other));
        var waiting = silo.ReserveAsync("c");
        silo.Time.Advance(TestSilo.DrainPatience);
        Assert.Equal((true, false), (stuck.Gate.IsClosed, other.Gate.IsClosed));
        soon.Dispose();

        silo.Time.Advance(TimeSpan.FromSeconds(5));

        await waiting.Soon();
        Assert.Equal((ResidentState.Draining, ResidentState.Gone), (stuck.State, other.State));
        never.Dispose();
        await stuck.WhenGone.Soon();
        Assert.Equal((1, 0L), (silo.Charged, silo.Pool.Models.Leaving));
    }
}
