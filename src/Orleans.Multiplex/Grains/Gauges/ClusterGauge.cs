using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Gauges;

/// <summary>The cluster as this process sees it.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class ClusterGauge(ClusterResidencyView view, ILocalSiloDetails local, ResidencyPublisher? publisher = null) : ISiloGauge
{
    public void AddTo(Meter meter) =>
        meter.CreateObservableGauge("multiplex.cluster.silos", Count, "{silo}", "Silos that hold models, as this process sees it.");

    // A silo does not hear of itself.
    private int Count() => view.Silos.Union(publisher is null ? [] : [local.SiloAddress]).Count();
}
