using Orleans.Multiplex.Dashboard.Watching;

namespace Orleans.Multiplex.Dashboard.Pages;

/// <summary>The cluster at a glance.</summary>
public sealed partial class ClusterPage
{
    private ClusterTotals Totals => ClusterTotals.Of(Cluster.Silos);

    private ClusterSeries Series => ClusterSeries.Of(Cluster.History);
}
