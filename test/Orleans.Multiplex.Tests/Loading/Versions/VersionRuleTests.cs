using Orleans.Multiplex.Loading;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.Versions;

/// <summary>What the store has, beside what is resident.</summary>
public sealed class VersionRuleTests
{
    [Theory]
    [InlineData("m", 2, "old", VersionChange.None)]
    [InlineData("m@2", 2, "old", VersionChange.None)]
    [InlineData("m", 2, "new", VersionChange.Overwritten)]
    [InlineData("m@2", 2, "new", VersionChange.Overwritten)]
    [InlineData("m", 3, "old", VersionChange.Higher)]
    [InlineData("m", 3, "new", VersionChange.Higher)]
    [InlineData("m@2", 3, "new", VersionChange.None)]
    [InlineData("m", 1, "new", VersionChange.None)]
    [InlineData("m", 0, "", VersionChange.None)]
    public void Decide_OfVersionTwo_IsAsTheNameAndTheStoreSay(string asked, long found, string tag, object change) =>
        Assert.Equal((VersionChange)change, VersionRule.Decide(ModelKey.Parse(asked), 2, "old", found == 0 ? null : SwapSilo.Manifest("m", found, tag)));
}
