using Orleans.Multiplex.Simulation.Reports;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Reports;

public sealed class SeedSpreadTests
{
    [Fact]
    public void Write_TwoSeeds_LeastAndMostOfEachShare()
    {
        var text = SeedSpread.Write([Run(own: 500, lru: 1000), Run(own: 700, lru: 1000)]);

        Assert.Contains("over 2 seeds", text, StringComparison.Ordinal);
        Assert.Contains("| s | 0.5000..0.7000 | 0.6250..0.8750 | 1.0000..1.4000 |", text, StringComparison.Ordinal);
    }

    private static Report Run(int own, int lru) => new(
        [Hits(ServingSystem.Multiplex, own), Hits(ServingSystem.GlobalLru, lru), Hits(ServingSystem.RayServe, 800), Hits(ServingSystem.ModelMesh, 500)], [], []);

    private static Outcome Hits(ServingSystem system, int hits) =>
        new(new Scenario { Name = "s", Silos = 1, Models = 1, ModelsPerSilo = 1, Requests = 2 }, system, new Tally(2000, hits, 0));
}
