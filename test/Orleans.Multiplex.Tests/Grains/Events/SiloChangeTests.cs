using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Orleans.Multiplex.Grains.Events;
using Xunit;

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

    [Fact]
    public void Find_AllWhoLive_OneOfThemTells()
    {
        var (before, now) = (Of(1, 2, 3, 4), With(Of(1, 2, 3, 4), 1, SiloStatus.Dead));

        Assert.Equal(1, new[] { 2, 3, 4 }.Sum(teller => Find(before, now, teller).Count()));
    }

    private static IEnumerable<(ClusterEventKind, string)> Find(
        ImmutableDictionary<SiloAddress, ClusterMember> before, ImmutableDictionary<SiloAddress, ClusterMember> now, int teller = 1, bool hasSaid = false) =>
        SiloChange.Find(before, now, Address(teller), _ => hasSaid).Select(static change => (change.Kind, change.Silo));

    private static ImmutableDictionary<SiloAddress, ClusterMember> Of(params int[] silos) =>
        silos.ToImmutableDictionary(Address, static silo => new ClusterMember(Address(silo), SiloStatus.Active, NameOf(silo)));

    private static ImmutableDictionary<SiloAddress, ClusterMember> With(ImmutableDictionary<SiloAddress, ClusterMember> members, int silo, SiloStatus status) =>
        members.SetItem(Address(silo), new ClusterMember(Address(silo), status, NameOf(silo)));

    private static SiloAddress Address(int silo) => SiloAddress.New(IPAddress.Loopback, 11111 + silo, 7);

    private static string NameOf(int silo) => string.Create(CultureInfo.InvariantCulture, $"silo-{silo}");
}
