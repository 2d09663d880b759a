using Orleans.Multiplex.OnnxRuntime.Sharing;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Sharing;

/// <summary>Which part a silo takes in the worker of its machine.</summary>
public sealed class PartRuleTests
{
    [Theory]
    [InlineData(true, nameof(Reach.Silent), 0, nameof(WorkerPart.Host))]
    [InlineData(false, nameof(Reach.Answered), 0, nameof(WorkerPart.Guest))]
    [InlineData(false, nameof(Reach.Refused), 0, nameof(WorkerPart.Alone))]
    [InlineData(false, nameof(Reach.Silent), 1.9, nameof(WorkerPart.None))]
    [InlineData(false, nameof(Reach.Silent), 2, nameof(WorkerPart.Alone))]
    public void Choose_TheLockFirstThenTheHostThenNobody(bool hasLock, string reach, double seconds, string part) =>
        Assert.Equal(Enum.Parse<WorkerPart>(part), PartRule.Choose(hasLock, Enum.Parse<Reach>(reach), TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(nameof(WorkerPart.None), false, 0, false)]
    [InlineData(nameof(WorkerPart.Host), false, 1e6, true)]
    [InlineData(nameof(WorkerPart.Guest), false, 1e6, true)]
    [InlineData(nameof(WorkerPart.Guest), true, 0, false)]
    [InlineData(nameof(WorkerPart.Alone), false, 59, true)]
    [InlineData(nameof(WorkerPart.Alone), false, 60, false)]
    public void Holds_UntilTheHostIsLostOrItIsTimeToLookAgain(string part, bool isHostLost, double seconds, bool holds) =>
        Assert.Equal(holds, PartRule.Holds(Enum.Parse<WorkerPart>(part), isHostLost, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void IsLegal_EveryPair_IsAsTheTableSays()
    {
        var legal = from one in Enum.GetValues<WorkerPart>()
                    from next in Enum.GetValues<WorkerPart>()
                    where PartRule.IsLegal(one, next)
                    select $"{one}→{next}";

        Assert.Equal(["None→Host", "None→Guest", "None→Alone", "Guest→None", "Guest→Alone", "Alone→Host", "Alone→Guest", "Alone→Alone"], legal);
    }
}
