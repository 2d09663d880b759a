using System.Collections.Immutable;
using Orleans.Multiplex.Grains.Events;
using Xunit;
using static Orleans.Multiplex.Tests.Grains.Events.Members;

namespace Orleans.Multiplex.Tests.Grains.Events;

public sealed class SiloChangeTests
{
    [Fact]
    public void Find_ActiveOneIsDead_ItDied() => Assert.Equal([(ClusterEventKind.SiloDied, "silo-3")], Find(Of(1, 2, 3), With(Of(1, 2, 3), 3, SiloStatus.Dead)));

    [Theory]
    [InlineData(SiloStatus.ShuttingDown)]
    [InlineData(SiloStatus.Stopping)]
    public void Find_OneThatWasStoppingIsDead_ItLeft(SiloStatus before) =>
        Assert.Equal([(ClusterEventKind.SiloLeft, "silo-3")], Find(With(Of(1, 2, 3), 3, before), With(Of(1, 2, 3), 3, SiloStatus.Dead)));

    [Fact]
    public void Find_OneThatSaidThatItLeaves_ItLeft() =>
        Assert.Equal([(ClusterEventKind.SiloLeft, "silo-3")], Find(Of(1, 2, 3), With(Of(1, 2, 3), 3, SiloStatus.Dead), hasSaid: true));

    [Fact]
    public void Find_OneIsNotListedAnyMore_ItDied() => Assert.Equal([(ClusterEventKind.SiloDied, "silo-3")], Find(Of(1, 2, 3), Of(1, 2)));

    [Fact]
    public void Find_OneStops_IsNotToldYet() => Assert.Empty(Find(Of(1, 2, 3), With(Of(1, 2, 3), 3, SiloStatus.ShuttingDown)));

    [Fact]
    public void Find_OneJoins_IsNotToldByOthers() => Assert.Empty(Find(Of(1, 2), Of(1, 2, 3)));

    private static IEnumerable<(ClusterEventKind, string)> Find(
        ImmutableDictionary<SiloAddress, ClusterMember> before, ImmutableDictionary<SiloAddress, ClusterMember> now, bool hasSaid = false) =>
        SiloChange.Find(before, now, _ => hasSaid).Select(static change => (change.Kind, change.Silo));
}
