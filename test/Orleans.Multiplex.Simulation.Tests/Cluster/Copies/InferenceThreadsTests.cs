using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Simulation.Cluster.Copies;
using Orleans.Multiplex.Simulation.Events;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Cluster.Copies;

public sealed class InferenceThreadsTests
{
    private static readonly TimeSpan Service = TimeSpan.FromMilliseconds(50);

    private readonly EventQueue _queue = new();
    private readonly InferenceThreads _threads;
    private readonly ModelRuns _crowded;
    private readonly ModelRuns _other;

    public InferenceThreadsTests()
    {
        var time = new SimulatedTime(_queue);
        _threads = new InferenceThreads(2, Service, _queue, time);
        (_crowded, _other) = (new ModelRuns("crowded", new BusyTime(time), _threads.Busy), new ModelRuns("other", new BusyTime(time), _threads.Busy));
    }

    [Fact]
    public void TryRun_MoreThanThereAreThreads_AsManyAtOnceAsThereAre()
    {
        var ended = 0;
        for (var i = 0; i < 5; i++)
        {
            Assert.True(_threads.TryRun(_crowded, isAnswered => ended += isAnswered ? 1 : 0));
        }

        Assert.Equal(2, _threads.Running);
        _queue.RunUntil(Service);
        Assert.Equal(2, ended);
        _queue.RunUntil(3 * Service);
        Assert.Equal((5, 0), (ended, _threads.Running));
        Assert.Equal(5 * Service, _threads.Busy.GetTotal(_queue.Now.Ticks));
    }

    [Fact]
    public void TryRun_AnotherModelIsCrowded_WaitsForNoMoreThanWhatRuns()
    {
        TimeSpan? end = null;
        for (var i = 0; i < 20; i++)
        {
            _threads.TryRun(_crowded, static _ => { });
        }

        _queue.RunUntil(2.5 * Service);
        _threads.TryRun(_other, _ => end = _queue.Now);
        _queue.RunUntil(20 * Service);

        Assert.Equal(4 * Service, end);
    }

    [Fact]
    public void TryRun_WouldBeTooLate_IsRefused()
    {
        var (taken, answered) = (0, 0);
        for (var i = 0; i < 400; i++)
        {
            _queue.RunUntil(i * Service / 8);
            taken += _threads.TryRun(_crowded, isAnswered => answered += isAnswered ? 1 : 0) ? 1 : 0;
        }

        _queue.RunUntil(TimeSpan.FromMinutes(1));
        Assert.InRange(taken, 100, 250);
        Assert.InRange(answered, taken * 0.9, taken);
    }
}
