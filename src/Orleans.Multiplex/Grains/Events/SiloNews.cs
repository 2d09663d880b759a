using System.Collections.Immutable;

namespace Orleans.Multiplex.Grains.Events;

/// <summary>
/// Which changes of the cluster's members one silo is to tell. Each is told by the first of the silos that are active then, in the order of their addresses. One that is taken for active may have died with those it
/// was to tell of, and its journal with it: what it was to tell shortly before is told again by who comes after it.
/// </summary>
/// <param name="teller">The silo.</param>
/// <param name="members">The members at first.</param>
/// <param name="time">The clock.</param>
internal sealed class SiloNews(SiloAddress teller, ImmutableDictionary<SiloAddress, ClusterMember> members, TimeProvider time)
{
    /// <summary>Who died together is found out within this time, whatever failed: a death is noticed within seconds, and a minute is ample.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromMinutes(1);

    private ImmutableDictionary<SiloAddress, ClusterMember> _members = members;
    private ImmutableList<(SiloChange Change, SiloAddress? Teller, long At)> _recent = [];

    /// <summary>Looks at the members as they are now, and says what the silo is to tell.</summary>
    /// <param name="now">The members.</param>
    /// <param name="hasSaid">Whether a silo has said that it leaves.</param>
    public IReadOnlyList<SiloChange> Take(ImmutableDictionary<SiloAddress, ClusterMember> now, Func<SiloAddress, bool> hasSaid)
    {
        var first = now.Values.Where(static member => member.Status == SiloStatus.Active).Select(static member => member.SiloAddress).Min();
        var at = time.GetTimestamp();
        var recent = _recent.RemoveAll(one => time.GetElapsedTime(one.At, at) > Together);
        var lost = recent.FindAll(one => one.Teller is { } was && (!now.TryGetValue(was, out var member) || member.Status == SiloStatus.Dead));
        SiloChange[] changes = [.. lost.Select(static one => one.Change), .. SiloChange.Find(_members, now, hasSaid)];
        _recent = recent.RemoveRange(lost).AddRange(changes.Select(change => (change, first, at)));
        _members = now;
        return teller.Equals(first) ? changes : [];
    }
}
