using System.Collections.Immutable;

namespace Orleans.Multiplex.Grains.Events;

/// <summary>
/// Which changes of the cluster's members one silo is to tell. Each is told by the first of the silos that were active when it was seen, in the order of their addresses. One that is taken for active may have died with those
/// it was to tell of, and its journal with it: what it was to tell shortly before is told again by the next of those that saw it.
/// </summary>
/// <param name="teller">The silo.</param>
/// <param name="members">The members at first.</param>
/// <param name="time">The clock.</param>
internal sealed class SiloNews(SiloAddress teller, ImmutableDictionary<SiloAddress, ClusterMember> members, TimeProvider time)
{
    /// <summary>Who died together is found out within this time: by Orleans' defaults a death is noticed within seconds.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromMinutes(1);

    private ImmutableDictionary<SiloAddress, ClusterMember> _members = members;
    private ImmutableList<Seen> _recent = [];

    /// <summary>Looks at the members as they are now, and says what has happened, and what of it the silo is to tell.</summary>
    /// <param name="now">The members.</param>
    /// <param name="hasSaid">Whether a silo has said that it leaves.</param>
    public (IReadOnlyList<SiloChange> Seen, IReadOnlyList<SiloChange> Told) Take(ImmutableDictionary<SiloAddress, ClusterMember> now, Func<SiloAddress, bool> hasSaid)
    {
        var at = time.GetTimestamp();
        ImmutableArray<SiloAddress> active = [.. now.Values.Where(static member => member.Status == SiloStatus.Active).Select(static member => member.SiloAddress).Order()];
        var before = _recent.RemoveAll(seen => time.GetElapsedTime(seen.At, at) > Together);
        var left = before.ConvertAll(seen => seen with { Witnesses = seen.Witnesses.RemoveAll(HasGone) });
        var lost = left.Where((seen, i) => seen.Teller is { } next && !next.Equals(before[i].Teller));
        Seen[] changes = [.. SiloChange.Find(_members, now, hasSaid).Select(change => new Seen(change, active, at))];
        SiloChange[] told = [.. lost.Concat(changes).Where(seen => teller.Equals(seen.Teller)).Select(static seen => seen.Change)];
        _recent = left.AddRange(changes);
        _members = now;
        return ([.. changes.Select(static seen => seen.Change)], told);

        bool HasGone(SiloAddress silo) => !now.TryGetValue(silo, out var member) || member.Status == SiloStatus.Dead;
    }

    /// <param name="Change">What was seen.</param>
    /// <param name="Witnesses">Those that were active then, and have not gone since, in their order.</param>
    /// <param name="At">When.</param>
    private sealed record Seen(SiloChange Change, ImmutableArray<SiloAddress> Witnesses, long At)
    {
        public SiloAddress? Teller => Witnesses.FirstOrDefault();
    }
}
