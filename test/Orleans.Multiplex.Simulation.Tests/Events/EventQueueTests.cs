using CsCheck;
using Orleans.Multiplex.Simulation.Events;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Events;

public sealed class EventQueueTests
{
    [Fact]
    public void RunUntil_EventsInAnyOrder_HappenByTimeAndThenAsTheyWerePlanned() => Gen.Int[0, 20].Array[0, 200].Sample(times =>
    {
        var queue = new EventQueue();
        var happened = new List<(int At, int Index)>();
        foreach (var (at, index) in times.Select((at, index) => (at, index)))
        {
            queue.At(TimeSpan.FromSeconds(at), () => happened.Add(((int)queue.Now.TotalSeconds, index)));
        }

        queue.RunUntil(TimeSpan.FromSeconds(30));

        Assert.Equal(times.Select((at, index) => (at, index)).OrderBy(one => one.at), happened);
    });

    [Fact]
    public void RunUntil_LaterEvents_StayPlanned()
    {
        var queue = new EventQueue();
        var happened = 0;
        queue.After(TimeSpan.FromSeconds(2), () => happened++);

        queue.RunUntil(TimeSpan.FromSeconds(1.9));
        Assert.Equal((0, 1.9), (happened, queue.Now.TotalSeconds));

        queue.RunUntil(TimeSpan.FromSeconds(2));
        Assert.Equal(1, happened);
    }

    [Fact]
    public void RunUntil_AnEventPlansOthers_TheyHappenInTheSameRunAndNeverInThePast()
    {
        var queue = new EventQueue();
        var seen = new List<double>();
        queue.After(TimeSpan.FromSeconds(1), () =>
        {
            queue.After(TimeSpan.FromSeconds(1), () => seen.Add(queue.Now.TotalSeconds));
            queue.At(TimeSpan.Zero, () => seen.Add(queue.Now.TotalSeconds));
        });

        queue.RunUntil(TimeSpan.FromSeconds(5));

        Assert.Equal([1, 2], seen);
    }
}
