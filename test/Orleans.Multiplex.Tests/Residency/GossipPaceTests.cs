using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>How often a silo tells the others of itself.</summary>
public sealed class GossipPaceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public void FewSilos_NothingIsSlower(int silos)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(50), GossipPace.GetDelay(silos, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(1), GossipPace.GetHeartbeat(silos));
        Assert.Equal(TimeSpan.FromSeconds(5), GossipPace.Stretch(TimeSpan.FromSeconds(5), silos));
    }

    [Fact]
    public void GetDelay_ManySilos_IsLessByTheTimeSinceTheLastRow()
    {
        Assert.Equal(TimeSpan.FromSeconds(6.3), GossipPace.GetDelay(1000, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(2.3), GossipPace.GetDelay(1000, TimeSpan.FromSeconds(4)));
        Assert.Equal(TimeSpan.FromMilliseconds(50), GossipPace.GetDelay(1000, TimeSpan.FromSeconds(9)));
    }

    [Theory]
    [InlineData(200, 300)]
    [InlineData(1000, 160)]
    [InlineData(10_000, 150)]
    public void GetDelay_RowsThatFollowEachOther_AreSoManyMessagesInASecond(int silos, double messages) =>
        Assert.InRange((silos - 1) / GossipPace.GetDelay(silos, TimeSpan.Zero).TotalSeconds, 0, messages);

    [Fact]
    public void GetHeartbeat_MoreSilos_AsManyMessagesInASecond() => Assert.All(
        [150, 1000, 10_000], static silos => Assert.Equal(100, silos / GossipPace.GetHeartbeat(silos).TotalSeconds, 6));
}
