using Orleans.Multiplex.Simulation.Cluster.Copies;
using Orleans.Multiplex.Simulation.Reports;
using Orleans.Multiplex.Simulation.Workload;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Reports;

public sealed class HeatPromisesTests
{
    /// <summary>So many answers, the seconds until all silos have the model, the hits of others, what is evicted that is hotter, and copies at the end.</summary>
    [Theory]
    [InlineData(270, 5, 990, 0, 1, 0)]
    [InlineData(269, 5, 990, 0, 1, 1)]
    [InlineData(270, 6, 990, 0, 1, 1)]
    [InlineData(270, 5, 970, 0, 1, 1)]
    [InlineData(270, 5, 990, 1, 1, 1)]
    [InlineData(270, 5, 990, 0, 2, 1)]
    [InlineData(200, 9, 900, 2, 3, 5)]
    public void Of_ThreeSilos_BrokenAreThoseThatAreMissed(int answers, int seconds, int hits, int hotter, int atEnd, int broken)
    {
        var with = Side(answers, 0, hits);
        with.Tally.Note(TimeSpan.FromSeconds(10 + seconds), 3);
        with.Tally.Note(TimeSpan.FromSeconds(60), atEnd);
        with.Tally.CountDisplaced(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(hotter > 0 ? 3 : 2));
        var outcome = new HeatOutcome(Scenario(3), with, Side(100, 0, 1000));

        Assert.Equal(broken, HeatPromises.Of(outcome).Count(static promise => !promise.IsKept));
    }

    [Fact]
    public void Of_NoCopyEverCame_IsNoReturnToOne()
    {
        var outcome = new HeatOutcome(Scenario(3), Side(300, 0, 1000), Side(100, 0, 1000));

        Assert.Equal(2, HeatPromises.Of(outcome).Count(static promise => !promise.IsKept));
    }

    [Theory]
    [InlineData(95, 5, true)]
    [InlineData(94, 6, false)]
    public void Of_ManySilos_NearlyAllIsAnswered(int answered, int refused, bool isKept) =>
        Assert.Equal(isKept, HeatPromises.Of(new HeatOutcome(Scenario(100), Side(answered, refused, 1000), Side(10, 0, 1000))).First().IsKept);

    private static HeatSide Side(int answered, int refused, int hits)
    {
        var tally = new HeatTally();
        tally.Note(TimeSpan.Zero, 1);
        for (var i = 0; i < answered + refused; i++)
        {
            tally.Count(isHot: true, isAnswered: i < answered);
        }

        return new HeatSide(tally, 2000, hits);
    }

    private static Scenario Scenario(int silos) => new()
    {
        Name = "hot",
        Silos = silos,
        Models = 10,
        ModelsPerSilo = 50,
        Requests = 100 * silos,
        RequestsPerSecondAndSilo = 1,
        Heat = new Heat(1, 0.8, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(50), 2, TimeSpan.FromMilliseconds(50)),
    };
}
