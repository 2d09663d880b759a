using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Placement;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains.HandOver;

/// <summary>Which models go to a silo that has joined.</summary>
public sealed class SpreadRuleTests
{
    [Theory]
    [InlineData(10, 0, 1000, 0, true)]
    [InlineData(10, 8, 1000, 800, true)]
    [InlineData(10, 9, 1000, 0, false)]
    [InlineData(-1, 500, 1000, 100, true)]
    [InlineData(-1, 1, 1000, 900, false)]
    [InlineData(1, 0, 1000, 0, true)]
    public void HasRoom_UpToSevenEighths(int maxModels, int models, long maxBytes, long bytes, bool expected) => Assert.Equal(
        expected,
        SpreadRule.HasRoom(new SiloCandidate { Silo = "s", MaxModels = maxModels, ChargedModels = models, MaxBytes = maxBytes, ChargedBytes = bytes }));

    [Fact]
    public void HasRoom_LeavesOrHasToldNothing_No()
    {
        Assert.False(SpreadRule.HasRoom(new SiloCandidate { Silo = "s", IsDraining = true }));
        Assert.False(SpreadRule.HasRoom(new SiloCandidate { Silo = "s", IsKnown = false }));
    }

    [Fact]
    public void Belongs_ManyModels_EachToOneSiloAndToEachItsPart()
    {
        string[] silos = ["a", "b", "c", "d"];

        var homes = Enumerable.Range(0, 4000).Select(i => Assert.Single(silos, silo => SpreadRule.Belongs($"m{i}", silo, silos))).ToList();

        Assert.All(homes.CountBy(static home => home), static part => Assert.InRange(part.Value, 850, 1150));
    }
}
