using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>A wait for room as others see it.</summary>
public sealed class RoomWaitTests
{
    [Fact]
    public async Task Reserve_NoRoom_ItsTimeRunsBeforeItIsSeenToWait()
    {
        var time = new TimerTime();
        var pool = new ModelPool("A", 1);
        var wait = TimeSpan.FromSeconds(30);
        var quota = new SiloQuota([pool], new ModelMemory(100, 0), new RoomWaitLimits(1, wait, wait, wait), "silo-1", time);
        var held = quota.TryReserve(pool, 0);
        time.OnTimer = () => Assert.False(quota.HasWaiting);

        var waiting = quota.ReserveAsync(pool, "m", default, claim: null, CancellationToken.None).AsTask();

        Assert.Equal((1, true), (time.Timers, quota.HasWaiting));
        time.Advance(wait);
        await Assert.ThrowsAsync<NoCapacityException>(() => waiting.Soon());
        Assert.False(quota.HasWaiting);
        held!.Release();
    }

    private sealed class TimerTime : FakeTimeProvider
    {
        public Action OnTimer { get; set; } = () => { };

        public int Timers { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            OnTimer();
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
