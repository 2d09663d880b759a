using System.Collections.Immutable;

namespace Orleans.Multiplex.Grains.Events;

/// <summary>What has become of a silo, by two looks at who is in the cluster.</summary>
/// <param name="Kind">What.</param>
/// <param name="Silo">The silo's name.</param>
internal readonly record struct SiloChange(ClusterEventKind Kind, string Silo)
{
    /// <summary>Who has gone. Those that join tell of themselves.</summary>
    /// <param name="before">The members as they were.</param>
    /// <param name="now">The members as they are.</param>
    /// <param name="hasSaid">Whether a silo has said that it leaves.</param>
    public static IEnumerable<SiloChange> Find(
        ImmutableDictionary<SiloAddress, ClusterMember> before, ImmutableDictionary<SiloAddress, ClusterMember> now, Func<SiloAddress, bool> hasSaid)
    {
        return before.Values.Where(HasGone).OrderBy(static member => member.Name, StringComparer.Ordinal).Select(Tell);

        bool HasGone(ClusterMember was) =>
            was.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping
            && (!now.TryGetValue(was.SiloAddress, out var member) || member.Status == SiloStatus.Dead);

        SiloChange Tell(ClusterMember was) => new(
            was.Status == SiloStatus.Active && !hasSaid(was.SiloAddress) ? ClusterEventKind.SiloDied : ClusterEventKind.SiloLeft, was.Name);
    }
}
