using Orleans.Multiplex.Telemetry.Metrics;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

public sealed class TopModelsTests
{
    [Fact]
    public void Choose_MoreThanThereAreNames_TakesThoseWithMostRequests() => Assert.Equal("b,c", Choose(2, ("a", 1), ("b", 3), ("c", 2)));

    [Fact]
    public void Choose_ModelsWithoutRequests_GetNoName() => Assert.Equal("b", Choose(2, ("a", 0), ("b", 3)));

    [Fact]
    public void Choose_NoNames_NamesNone() => Assert.Equal("", Choose(0, ("a", 1)));

    [Theory]
    [InlineData(14, "old")]
    [InlineData(16, "new")]
    public void Choose_ModelWithAName_KeepsItUntilAnotherHasHalfAsManyAgain(int requests, string expected) =>
        Assert.Equal(expected, Choose(1, ("old", 10), ("new", requests)));

    [Fact]
    public void Choose_NamedModelWithoutRequests_KeepsItsNameWhileThereAreSome() => Assert.Equal("b,old", Choose(2, ("old", 0), ("b", 3)));

    [Fact]
    public void Choose_ManyNewcomers_NoMoreThanATenthOfTheNamesChangesHands()
    {
        var named = Enumerable.Range(0, 20).Select(static i => (Make($"old{i:00}", isNamed: true), 1L));
        var busier = Enumerable.Range(0, 20).Select(static i => (Make($"new{i:00}", isNamed: false), 100L + i));

        var chosen = TopModels.Choose([.. named, .. busier], 20).Select(static model => model.Id).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(20, chosen.Count);
        Assert.Equal(["new18", "new19", "old00"], chosen.Take(3));
    }

    [Fact]
    public void Choose_NamedModelWithoutRequests_GivesWay() => Assert.Equal("b", Choose(1, ("old", 0), ("b", 1)));

    private static string Choose(int max, params (string Id, int Requests)[] models) => string.Join(',', TopModels.Choose(models.Select(static one => (Make(one.Id, one.Id == "old"), (long)one.Requests)), max)
        .Select(static model => model.Id).Order(StringComparer.Ordinal));

    private static ModelSeries Make(string id, bool isNamed)
    {
        var model = new ModelSeries("P", id);
        model.SetNamed(isNamed);
        return model;
    }
}
