using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Cluster;

public sealed class DiskModelsTests
{
    private readonly Catalogue _catalogue = new(new Scenario { Name = "s", Silos = 1, Models = 100, ModelsPerSilo = 2, Requests = 1 }, 1);

    [Fact]
    public void GetFetchTime_EightTimesWhatTheMemoryHolds_ThoseThatWereLoadedLastAreThere()
    {
        var disk = new DiskModels(_catalogue, modelsPerSilo: 2);
        Enumerable.Range(0, 16).ToList().ForEach(disk.Add);
        disk.Add(0);
        disk.Add(16);

        Assert.Equal(TimeSpan.Zero, disk.GetFetchTime(0));
        Assert.Equal(TimeSpan.Zero, disk.GetFetchTime(16));
        Assert.Equal(_catalogue.GetFetchTime(1), disk.GetFetchTime(1));
        Assert.Equal(16, disk.Read().Count);
    }
}
