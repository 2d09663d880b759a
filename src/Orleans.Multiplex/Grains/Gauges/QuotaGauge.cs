using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry.Metrics;

namespace Orleans.Multiplex.Grains.Gauges;

/// <summary>What the silo may hold, and how much of that is charged. What has no limit has none here.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class QuotaGauge(SiloQuota quota) : ISiloGauge
{
    private static readonly KeyValuePair<string, object?> Heap = MeterTags.Of(MeterTags.Memory, "heap");
    private static readonly KeyValuePair<string, object?> Mapped = MeterTags.Of(MeterTags.Memory, "mapped");

    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge(
            "multiplex.quota.charged",
            () => new Measurement<long>[] { new(quota.ChargedBytes, Heap), new(quota.ChargedMappedBytes, Mapped) },
            "By",
            "Bytes that models are charged.");
        meter.CreateObservableGauge(
            "multiplex.quota.limit",
            () => new Measurement<long>[] { new(quota.Most.HeapBytes, Heap), new(quota.Most.MappedBytes, Mapped) },
            "By",
            "Bytes that models may be charged.");
        meter.CreateObservableGauge(
            "multiplex.quota.models.charged",
            () => quota.Pools.Select(pool => new Measurement<int>(quota.GetChargedModels(pool), MeterTags.Of(MeterTags.Pool, pool.Name))),
            "{model}",
            "Models that have a place in their pool.");
        meter.CreateObservableGauge(
            "multiplex.quota.models.limit",
            () => quota.Pools.Where(static pool => pool.MaxModels != ModelPool.Unlimited)
                .Select(static pool => new Measurement<int>(pool.MaxModels, MeterTags.Of(MeterTags.Pool, pool.Name))),
            "{model}",
            "Models that a pool may hold.");
        meter.CreateObservableGauge("multiplex.quota.waiting", CountWaiting, "{load}", "Loads that wait for room.");
    }

    private int CountWaiting() =>
        quota.Locked(() => quota.Pools.Sum(static pool => pool.Models.Waiting) + quota.Memory.Heap.Waiting + quota.Memory.Mapped.Waiting);
}
