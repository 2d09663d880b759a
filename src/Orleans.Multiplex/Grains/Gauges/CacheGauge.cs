using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.Grains.Gauges;

/// <summary>The cache of the models' files. What stands on its disk is what was seen at the last look but one: nobody who looks waits for a disk.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class CacheGauge(ArtifactCache? cache = null) : ISiloGauge
{
    public void AddTo(Meter meter)
    {
        if (cache is null)
        {
            return;
        }

        var figures = cache.Figures;
        meter.CreateObservableCounter("multiplex.cache.hits", () => figures.Counts.Hits, "{version}", "Versions of models whose files were there when they were to be loaded.");
        meter.CreateObservableCounter("multiplex.cache.fetches", () => figures.Counts.Fetches, "{version}", "Versions of models that were fetched.");
        meter.CreateObservableCounter("multiplex.cache.evictions", () => figures.Counts.Evictions, "{version}", "Versions of models that were removed for others.");
        meter.CreateObservableGauge("multiplex.cache.size", () => Read(figures, static seen => seen.Bytes), "By", "Bytes that the cache has.");
        meter.CreateObservableGauge("multiplex.cache.limit", () => Read(figures, static seen => seen.MaxBytes), "By", "Bytes that the cache may have.");
        meter.CreateObservableGauge("multiplex.cache.versions", () => Read(figures, static seen => seen.Versions), "{version}", "Versions of models that the cache has.");
    }

    private static Measurement<long>[] Read(CacheFigures figures, Func<CacheReport, long> read) =>
        figures.Glance() is { } seen ? [new Measurement<long>(read(seen))] : [];
}
