using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Rivals;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Rivals;

public sealed class ModelMeshTests
{
    // Of eleven models, one is less than the hundredth that is set apart.
    private static readonly Scenario Plain = new() { Name = "s", Silos = 2, Models = 100, ModelsPerSilo = 11, Requests = 1 };

    private readonly EventQueue _queue = new();
    private readonly ModelMesh _mesh;

    public ModelMeshTests() => _mesh = new ModelMesh(Plain, new Catalogue(Plain, 1), _queue, 1);

    [Fact]
    public void Serve_ModelIsInTheRegistry_IsLoadedOnceAndAHitWhenThatIsDone()
    {
        Assert.False(Ask(1));
        Assert.False(Ask(1));
        Wait();

        Assert.True(Ask(1));
        Assert.Equal(1, _mesh.Loads);
    }

    [Fact]
    public void Serve_OneNodeIsFull_NewModelsGoToTheOther()
    {
        for (var model = 0; model < 20; model++)
        {
            Ask(model);
            Wait();
        }

        Assert.All(Enumerable.Range(0, 20), model => Assert.True(Ask(model)));
    }

    [Fact]
    public void Serve_AllAreFull_TheOldestOfTheClusterGoes()
    {
        for (var model = 0; model < 20; model++)
        {
            Ask(model);
            Wait();
        }

        // Both nodes' ages are told apart by more than what counts as similar.
        Wait();
        Ask(20);
        Wait();

        Assert.True(Ask(19));
        Assert.Equal(21, _mesh.Loads);
    }

    [Fact]
    public void Serve_ModelWasThereBefore_ItsFilesAreNotFetchedAgain()
    {
        var scenario = Plain with { Silos = 1 };
        var catalogue = new Catalogue(scenario, 1);
        var mesh = new ModelMesh(scenario, catalogue, _queue, 1);
        for (var model = 0; model < 11; model++)
        {
            mesh.Serve(new ModelRequest(_queue.Now, model, 0));
            Wait();
        }

        Assert.False(mesh.Serve(new ModelRequest(_queue.Now, 0, 0)));
        _queue.RunUntil(_queue.Now + catalogue.GetOpenTime(0));

        Assert.True(mesh.Serve(new ModelRequest(_queue.Now, 0, 0)));
        Assert.Equal(12, mesh.Loads);
    }

    private bool Ask(int model) => _mesh.Serve(new ModelRequest(_queue.Now, model, 0));

    private void Wait() => _queue.RunUntil(_queue.Now + TimeSpan.FromSeconds(60));
}
