using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Serving;

public sealed class SimulationTests
{
    private static readonly Scenario All = new()
    {
        Name = "all",
        Silos = 6,
        Models = 2000,
        ModelsPerSilo = 30,
        Requests = 12_000,
        IsMixed = true,
        CrowdShare = 0.05,
        Day = TimeSpan.FromMinutes(10),
        Deaths = 2,
    };

    public static TheoryData<string> Systems => [.. Enum.GetNames<ServingSystem>()];

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task Run_TheSameSeed_IsTheSameRun(string system)
    {
        var (one, other) = (await RunAsync(system, 5), await RunAsync(system, 5));

        Assert.Equal(one, other);
        Assert.NotEqual(one, await RunAsync(system, 6));
        Assert.Equal(6000, one.Requests);
        Assert.InRange(one.Hits, 1, one.Requests - one.Loads + 1000);
    }

    [Fact]
    public async Task Run_OwnSystem_IsNearOneGlobalLru()
    {
        var (own, lru) = (await RunAsync(nameof(ServingSystem.Multiplex), 5), await RunAsync(nameof(ServingSystem.GlobalLru), 5));

        Assert.InRange(own.HitRatio / lru.HitRatio, 0.95, 1.02);
    }

    private static async Task<Tally> RunAsync(string system, int seed) =>
        (await ScenarioRun.RunAsync(All, Enum.Parse<ServingSystem>(system), seed, static _ => { })).Tally;
}
