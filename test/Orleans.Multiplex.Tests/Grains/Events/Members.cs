using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Orleans.Multiplex.Tests.Grains.Events;

/// <summary>Members of a cluster, by numbers.</summary>
internal static class Members
{
    /// <summary>Active ones.</summary>
    public static ImmutableDictionary<SiloAddress, ClusterMember> Of(params int[] silos) =>
        silos.ToImmutableDictionary(Address, static silo => new ClusterMember(Address(silo), SiloStatus.Active, NameOf(silo)));

    public static ImmutableDictionary<SiloAddress, ClusterMember> With(ImmutableDictionary<SiloAddress, ClusterMember> members, int silo, SiloStatus status) =>
        members.SetItem(Address(silo), new ClusterMember(Address(silo), status, NameOf(silo)));

    public static SiloAddress Address(int silo) => SiloAddress.New(IPAddress.Loopback, 11111 + silo, 7);

    public static string NameOf(int silo) => string.Create(CultureInfo.InvariantCulture, $"silo-{silo}");
}
