using Orleans.Multiplex.Simulation.Costs;
using Orleans.Multiplex.Simulation.Reports;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Reports;

public sealed class PromisesTests
{
    [Theory]
    [InlineData(981, 980, 980, 0)]
    [InlineData(979, 978, 978, 1)]
    [InlineData(990, 990, 980, 1)]
    [InlineData(985, 985, 990, 3)]
    [InlineData(970, 980, 980, 5)]
    public void Of_HitsOfAScenario_BrokenAreThoseThatAreMissed(int own, int ray, int mesh, int broken)
    {
        Outcome[] outcomes =
            [Hits(ServingSystem.GlobalLru, 1000), Hits(ServingSystem.Multiplex, own), Hits(ServingSystem.RayServe, ray), Hits(ServingSystem.ModelMesh, mesh)];

        Assert.Equal(broken, new Report(outcomes, [], []).Broken.Count());
    }

    [Theory]
    [InlineData(50, 50, true)]
    [InlineData(51, 40, false)]
    [InlineData(40, 51, false)]
    public void Of_DecisionsAmongAThousandSilos_TakeAtMostFiftyMicroseconds(int mixed, int equal, bool isKept) => Assert.Equal(
        isKept,
        Assert.Single(Promises.Of([], [new DecisionCost(1000, TimeSpan.FromMicroseconds(mixed), TimeSpan.FromMicroseconds(equal), TimeSpan.FromSeconds(1))])).IsKept);

    [Theory]
    [InlineData(109, true)]
    [InlineData(111, false)]
    public void Of_GossipUnderMoreModels_IsAsMuch(double bytes, bool isKept)
    {
        Outcome[] outcomes = [.. Told("models-10", 10, 100), .. Told("models-1000", 1000, bytes)];

        Assert.Equal(isKept, Promises.Of(outcomes, []).Last().IsKept);
    }

    [Theory]
    [InlineData(64_000, 0, 175, 0)]
    [InlineData(64_001, 0, 0, 1)]
    [InlineData(60_000, 100, 75, 0)]
    [InlineData(60_000, 101, 75, 1)]
    public void Of_GossipOfASilo_OfItselfIsBoundedAndOfEachLoadToEach(double rows, double footprints, double evictions, int broken)
    {
        Outcome[] outcomes = [.. Told("few", 10, 100), .. Told("many", 10, rows).Select(one => one with
        {
            Scenario = one.Scenario with { Silos = 2, RequestsPerSecondAndSilo = 1 },
            AllLoads = 2,
            Gossip = one.Gossip is { } gossip ? gossip with { Footprints = footprints, Gone = evictions } : null,
        })];

        Assert.Equal(broken, Promises.Of(outcomes, []).Count(static one => !one.IsKept && one.What.Contains("bytes", StringComparison.Ordinal)));
    }

    private static IEnumerable<Outcome> Told(string name, int models, double bytes) => Enum.GetValues<ServingSystem>().Select(system =>
        Hits(system, 1) with
        {
            Scenario = Scenario(name, models),
            Gossip = system == ServingSystem.Multiplex ? new GossipRate(1, 1, bytes, 0, 0, 0, 0) : null,
        });

    private static Outcome Hits(ServingSystem system, int hits) => new(Scenario("s", 10), system, new Tally(2000, hits, 0));

    private static Scenario Scenario(string name, int models) => new() { Name = name, Silos = 1, Models = models, ModelsPerSilo = 1, Requests = 2 };
}
