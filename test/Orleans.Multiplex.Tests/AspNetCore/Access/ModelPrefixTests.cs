using Orleans.Multiplex.AspNetCore.Access;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Access;

public sealed class ModelPrefixTests
{
    [Theory]
    [InlineData("team-a", "team-a", true)]
    [InlineData("team-a", "team-a/iris", true)]
    [InlineData("team-a", "team-ab", false)]
    [InlineData("team-a", "team-a-b", false)]
    [InlineData("team-a", "team-ab/iris", false)]
    [InlineData("team-a", "Team-a", false)]
    [InlineData("team-a", "team", false)]
    [InlineData("team-a/", "team-a/iris", true)]
    [InlineData("team-a/", "team-a", false)]
    [InlineData("team-a/", "team-ab/iris", false)]
    [InlineData("team-a-", "team-a-iris", true)]
    [InlineData("team-a-", "team-a-/x", true)]
    [InlineData("team-a-", "team-a", false)]
    [InlineData("team/v1", "team/v1/iris", true)]
    [InlineData("team/v1", "team/v10", false)]
    [InlineData("1", "1", true)]
    [InlineData("1", "12", false)]
    public void Covers_AnId_EndsWhereAPartOfItEnds(string prefix, string id, bool expected) => Assert.Equal(expected, ModelPrefix.Covers(prefix, id));

    [Theory]
    [InlineData("team-a", true)]
    [InlineData("team-a/", true)]
    [InlineData("team/1", true)]
    [InlineData("", false)]
    [InlineData("/", false)]
    [InlineData("a//", false)]
    [InlineData("../", false)]
    [InlineData("a*", false)]
    [InlineData("a b", false)]
    [InlineData("a@2", false)]
    public void IsPrefix_OfAnything_IsWhatAnIdMayBeginWith(string text, bool expected) => Assert.Equal(expected, ModelPrefix.IsPrefix(text));
}
