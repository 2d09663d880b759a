using Orleans.Multiplex.Simulation.Events;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Events;

public sealed class SimulatedTimeTests
{
    private readonly EventQueue _queue = new();
    private readonly SimulatedTime _time;
    private int _fired;

    public SimulatedTimeTests() => _time = new SimulatedTime(_queue);

    [Fact]
    public void Timer_ChangedBeforeItIsDue_FiresOnceAtItsNewTime()
    {
        using var timer = _time.CreateTimer(_ => _fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);

        _queue.RunUntil(TimeSpan.FromSeconds(2));
        Assert.Equal(0, _fired);
        _queue.RunUntil(TimeSpan.FromSeconds(10));
        Assert.Equal(1, _fired);
    }

    [Fact]
    public void Timer_DisposedOrItsSiloDied_DoesNotFire()
    {
        _time.CreateTimer(_ => _fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Dispose();
        using var timer = _time.CreateTimer(_ => _fired++, null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        _time.IsStopped = true;

        _queue.RunUntil(TimeSpan.FromSeconds(10));

        Assert.Equal(0, _fired);
    }

    [Fact]
    public void Timestamps_AreThoseOfTheQueueButForWhatIsDeliveredLate()
    {
        _queue.RunUntil(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(5), _time.GetElapsedTime(0));

        _time.Arrival = TimeSpan.FromSeconds(4);
        Assert.Equal(TimeSpan.FromSeconds(4), _time.GetElapsedTime(0));
    }
}
