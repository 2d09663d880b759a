namespace Orleans.Multiplex.Grains;

/// <summary>
/// Whether silos have left or died of late. Looked at when it is asked, and in no later state of the cluster than Orleans' directory, which drops addresses by the same news.
/// </summary>
internal sealed class SiloLosses(IClusterMembershipService membership, TimeProvider time)
{
    /// <summary>How long all others may take to hear of it, to end the activations that it cost their addresses, and to tell where their models are.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private MembershipVersion _version = MembershipVersion.MinValue;
    private HashSet<SiloAddress>? _gone;
    private long? _lostAt;

    /// <summary>Whether one has; of those that went before the first look nothing is known.</summary>
    public bool AreRecent()
    {
        lock (_lock)
        {
            var snapshot = membership.CurrentSnapshot;
            if (snapshot.Version > _version)
            {
                Look_NeedsLock(snapshot);
            }

            return _lostAt is { } at && time.GetElapsedTime(at) < Recent;
        }
    }

    private void Look_NeedsLock(ClusterMembershipSnapshot snapshot)
    {
        var gone = snapshot.Members.Values.Where(static member => member.Status.IsTerminating()).Select(static member => member.SiloAddress).ToHashSet();
        if (_gone is not null && !gone.IsSubsetOf(_gone))
        {
            _lostAt = time.GetTimestamp();
        }

        (_version, _gone) = (snapshot.Version, gone);
    }
}
