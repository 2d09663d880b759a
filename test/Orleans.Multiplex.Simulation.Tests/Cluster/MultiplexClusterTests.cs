using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Cluster;

public sealed class MultiplexClusterTests : IAsyncDisposable
{
    private static readonly Scenario Plain = new() { Name = "s", Silos = 3, Models = 100, ModelsPerSilo = 4, Requests = 1 };

    private readonly EventQueue _queue = new();
    private readonly MultiplexCluster _cluster;

    public MultiplexClusterTests()
    {
        _cluster = new MultiplexCluster(Plain, new Catalogue(Plain, 1), _queue);
        Wait();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public void Serve_FromAnySilo_OneLoadAndThenHits()
    {
        Assert.False(Ask(1, 0));
        Assert.False(Ask(1, 0.5));
        Wait();

        Assert.All([0, 0.5, 0.9], entry => Assert.True(Ask(1, entry)));
        Assert.Equal((1, 1), (_cluster.Loads, _cluster.Arrivals.Waited));
    }

    [Fact]
    public void Serve_AsManyModelsAsFit_AllStayWhateverSiloTheyCameThrough()
    {
        for (var model = 0; model < 12; model++)
        {
            Ask(model, model % 3 / 3.0);
            Wait();
        }

        Assert.All(Enumerable.Range(0, 12), model => Assert.True(Ask(model, 0.4)));
        Assert.Equal(12, _cluster.Loads);
    }

    [Theory]
    [InlineData(0.1, 1)]
    [InlineData(10, 0)]
    public void Serve_EvictedAMomentAgo_AnOldAddressLeadsPastTheDirectorUntilTheNewsHaveCome(double milliseconds, int expected)
    {
        Fill(12);
        Assert.All(Enumerable.Range(0, 12), model => Assert.True(Ask(model, 0.9)));
        Wait();
        Ask(12, 0);
        _queue.RunUntil(_queue.Now + new Catalogue(Plain, 1).GetFetchTime(12) + TimeSpan.FromMilliseconds(milliseconds));

        Assert.Single(Enumerable.Range(0, 12), model => !Ask(model, 0.9));

        Assert.Equal(expected, _cluster.Arrivals.Stale);
        Assert.Equal(14, _cluster.Loads);
    }

    [Fact]
    public void Lose_ASiloWithModels_TheyAreLostUntilItIsNoticedAndThenLoadedElsewhere()
    {
        Fill(12);
        _cluster.Lose(0);

        var lost = Enumerable.Range(0, 12).Where(model => !Ask(model, 0.9)).ToList();
        Assert.Equal((4, 4), (lost.Count, _cluster.Arrivals.Lost));

        _cluster.Join();
        Wait();
        lost.ForEach(model => Ask(model, 0.9));
        Wait();
        Assert.All(Enumerable.Range(0, 12), model => Assert.True(Ask(model, 0.1)));
        Assert.Equal(16, _cluster.Loads);
    }

    private void Fill(int models)
    {
        for (var model = 0; model < models; model++)
        {
            Ask(model, 0);
            Wait();
        }
    }

    private bool Ask(int model, double entry) => _cluster.Serve(new ModelRequest(_queue.Now, model, entry));

    private void Wait() => _queue.RunUntil(_queue.Now + Pace.Detection + TimeSpan.FromSeconds(2));
}
