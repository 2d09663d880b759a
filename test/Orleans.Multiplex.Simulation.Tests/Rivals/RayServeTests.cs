using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Rivals;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Rivals;

public sealed class RayServeTests
{
    private static readonly Scenario Plain = new() { Name = "s", Silos = 3, Models = 100, ModelsPerSilo = 2, Requests = 1 };

    private readonly EventQueue _queue = new();
    private readonly RayServe _ray;

    public RayServeTests() => _ray = new RayServe(Plain, new Catalogue(Plain, 1), _queue, 1);

    [Fact]
    public void Serve_ModelIsAdvertised_GoesThereAndLoadsNoMore()
    {
        Assert.False(Ask(1));
        Wait();

        for (var i = 0; i < 20; i++)
        {
            Assert.True(Ask(1));
            Wait();
        }

        Assert.Equal(1, _ray.Loads);
    }

    [Fact]
    public void Serve_NothingIsAdvertisedYet_SeveralReplicasMayLoadTheSame()
    {
        for (var i = 0; i < 12; i++)
        {
            Ask(1);
        }

        Wait();

        Assert.Equal(3, _ray.Loads);
    }

    [Fact]
    public void Serve_ModelsAreNew_GoToThoseWithTheFewest()
    {
        for (var model = 0; model < 6; model++)
        {
            Ask(model);
            Wait();
        }

        Assert.All(Enumerable.Range(0, 6), model => Assert.True(Ask(model)));
    }

    [Fact]
    public void Lose_TheReplicaWithAModel_ItIsLoadedElsewhere()
    {
        Ask(1);
        Wait();
        for (var i = 0; i < 3; i++)
        {
            _ray.Lose(0);
            _ray.Join();
        }

        Assert.False(Ask(1));
        Wait();
        Assert.True(Ask(1));
    }

    [Fact]
    public void Serve_ModelWasThereBefore_ItsFilesAreNotFetchedAgain()
    {
        var scenario = Plain with { Silos = 1, ModelsPerSilo = 1 };
        var catalogue = new Catalogue(scenario, 1);
        var ray = new RayServe(scenario, catalogue, _queue, 1);
        foreach (var model in (int[])[1, 2, 1])
        {
            Assert.False(ray.Serve(new ModelRequest(_queue.Now, model, 0)));
            _queue.RunUntil(_queue.Now + catalogue.GetOpenTime(model));
            Assert.Equal(ray.Loads == 3, ray.Serve(new ModelRequest(_queue.Now, model, 0)));
            Wait();
        }
    }

    private bool Ask(int model) => _ray.Serve(new ModelRequest(_queue.Now, model, 0));

    private void Wait() => _queue.RunUntil(_queue.Now + TimeSpan.FromSeconds(2));
}
