using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Cluster.Copies;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Cluster.Copies;

public sealed class CopyRunTests
{
    private const int Hot = 20;

    private static readonly Scenario Plain = new()
    {
        Name = "hot",
        Silos = 3,
        Models = Hot,
        ModelsPerSilo = 2,
        Requests = 1,
        Heat = new Heat(1, 0.8, TimeSpan.Zero, TimeSpan.FromMinutes(1), 2, TimeSpan.FromMilliseconds(50)),
    };

    private readonly EventQueue _queue = new();

    [Fact]
    public async Task Serve_MoreThanOneSiloAnswers_AllHaveItWithinSeconds()
    {
        var (with, without) = (await CrowdAsync(CopyLimits.Default, 20), await CrowdAsync(new CopyLimits(1, 1), 20));

        Assert.Equal((3, 1), (with.MostCopies, without.MostCopies));
        Assert.InRange(with.FindFirst(3)!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task Serve_OneSiloAnswersAll_NoCopyComes() => Assert.Equal(1, (await CrowdAsync(CopyLimits.Default, 2)).MostCopies);

    [Fact]
    public async Task Serve_CrowdHasGone_OneStays()
    {
        await using var cluster = new MultiplexCluster(Plain, new Catalogue(Plain, 1), _queue);
        Send(cluster, perSecond: 100, seconds: 10);
        Assert.Equal(3, cluster.Heat!.GetCopies(_queue.Now));

        Send(cluster, perSecond: 2, seconds: 40);

        Assert.Equal(1, cluster.Heat.GetCopies(_queue.Now));
    }

    [Fact]
    public async Task Serve_SilosAreFullOfWhatWasUsedLongAgo_ThatGoesForCopies()
    {
        await using var cluster = new MultiplexCluster(Plain, new Catalogue(Plain, 1), _queue);
        for (var model = 0; model < 6; model++)
        {
            Ask(cluster, model);
            _queue.RunUntil(_queue.Now + TimeSpan.FromSeconds(5));
        }

        Send(cluster, perSecond: 100, seconds: 10);

        Assert.Equal((3, 2, 0), (cluster.Heat!.MostCopies, cluster.Heat.Displaced, cluster.Heat.DisplacedHotter));
        Assert.InRange(cluster.Heat.LeastVictimAge, TimeSpan.FromSeconds(5), TimeSpan.MaxValue);
    }

    private static async Task<HeatTally> CrowdAsync(CopyLimits limits, int perSecond)
    {
        var queue = new EventQueue();
        await using var cluster = new MultiplexCluster(Plain, new Catalogue(Plain, 1), queue, limits);
        for (var i = 0; i < perSecond * 5 * 10; i++)
        {
            queue.RunUntil(TimeSpan.FromSeconds(i / (perSecond * 5.0)));
            cluster.Serve(new ModelRequest(queue.Now, Hot, i % 3 / 3.0));
        }

        return cluster.Heat!;
    }

    private void Send(MultiplexCluster cluster, int perSecond, int seconds)
    {
        for (var i = 0; i < perSecond * seconds; i++)
        {
            _queue.RunUntil(_queue.Now + TimeSpan.FromSeconds(1.0 / perSecond));
            Ask(cluster, Hot);
        }
    }

    private void Ask(MultiplexCluster cluster, int model) => cluster.Serve(new ModelRequest(_queue.Now, model, _queue.Now.Ticks % 3 / 3.0));
}
