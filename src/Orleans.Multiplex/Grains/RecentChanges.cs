namespace Orleans.Multiplex.Grains;

/// <summary>
/// Whether silos have come or gone of late. Looked at when it is asked, and in no earlier state of the cluster than this silo's part of Orleans' directory is in, which drops addresses
/// by the same news.
/// </summary>
internal sealed class RecentChanges(IClusterMembershipService membership, TimeProvider time)
{
    /// <summary>How long all others may take to hear of it, to end the activations that it cost their addresses, and to tell where their models are.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private MembershipVersion _version = MembershipVersion.MinValue;
    private long _changedAt;

    /// <summary>Whether they have. When that was is not known of what came before the first look, so it counts as recent.</summary>
    public bool AreThere()
    {
        lock (_lock)
        {
            if (membership.CurrentSnapshot.Version is var version && version > _version)
            {
                (_version, _changedAt) = (version, time.GetTimestamp());
            }

            return time.GetElapsedTime(_changedAt) < Recent;
        }
    }
}
