using Orleans.Configuration;

namespace Orleans.Multiplex.Hosting.Cluster;

/// <summary>How soon a silo that does not answer is declared dead.</summary>
/// <remarks>
/// The three numbers hold each other: a silo is asked every second whether it lives, is suspected after three answers that did not come, and is given up to four seconds for
/// one where its answers have been slow. So one that was killed is noticed in one to two seconds, since its connections break; one that hangs in
/// twelve; and one whose processor is busy for seconds stays, because the time for an answer follows what its answers took (Orleans' φ-accrual), and because inference runs on
/// threads of its own, which leave those of Orleans alone. A silo declared dead ends itself, so a false alarm costs all its models. Orleans' default, 5 s and 3 times, takes
/// twelve seconds for a kill and a minute for a hang.
/// </remarks>
internal static class DetectionTimes
{
    public static void Set(ClusterMembershipOptions membership, string provider)
    {
        // One that is a cluster of its own has nobody to look after, and would wake its processor for that.
        if (string.Equals(provider, MultiplexClusterOptions.None, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(4);
        membership.NumMissedProbesLimit = 3;

        // On one machine the table says whose process has ended. Elsewhere it is for who was not told: silos tell each other of changes.
        var isOnOneMachine = string.Equals(provider, MultiplexClusterOptions.Localhost, StringComparison.OrdinalIgnoreCase);
        membership.TableRefreshTimeout = isOnOneMachine ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(5);
    }
}
