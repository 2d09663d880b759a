using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains.Copies;

/// <summary>How many copies a model may have, by who says so.</summary>
public sealed class CopySettingsTests
{
    [Theory]
    [InlineData(null, null, null, null, null, 1, int.MaxValue)]
    [InlineData(2, 4, null, null, null, 2, 4)] // the model's own file
    [InlineData(3, null, 1, null, null, 1, 1)] // no copies at all, whatever files say
    [InlineData(3, 9, 4, null, null, 3, 4)]
    [InlineData(3, 9, null, 2, 5, 2, 5)] // settings of the model go before its file
    [InlineData(null, null, 1, 2, null, 2, 2)] // and before those of all models
    [InlineData(null, null, 1, null, 3, 1, 3)]
    [InlineData(5, null, null, null, 2, 2, 2)]
    public void Decide_WhoSaysWhat_IsTheNearestWithinTheOperatorsBounds(int? ownMin, int? ownMax, int? most, int? min, int? max, int expectedMin, int expectedMax) =>
        Assert.Equal(
            new CopyLimits(expectedMin, expectedMax),
            CopySettings.Decide(new CopyOptions { MinCopies = min, MaxCopies = max }, most, new ModelSettings { MinCopies = ownMin, MaxCopies = ownMax }));

    [Theory]
    [InlineData("iris", 2, 2, 0)]
    [InlineData("iris", 0, null, 1)]
    [InlineData("iris", 3, 2, 1)]
    [InlineData("iris", null, 0, 1)]
    [InlineData("iris@3", 1, null, 1)]
    [InlineData("a/../b", 0, 0, 3)]
    public void FindFaults_Settings_AllThatIsWrong(string model, int? min, int? max, int faults) =>
        Assert.Equal(faults, CopySettings.FindFaults(model, new CopyOptions { MinCopies = min, MaxCopies = max }).Count());
}
