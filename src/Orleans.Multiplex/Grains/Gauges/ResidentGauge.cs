using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry.Metrics;

namespace Orleans.Multiplex.Grains.Gauges;

/// <summary>Which models are resident, and how many are on their way in.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class ResidentGauge(ResidencyLedger ledger, SiloQuota quota, NamedModels names, ModelInstruments models, RayInstruments? ray = null) : ISiloGauge
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge(
            "multiplex.models.resident", () => CountByPool(static state => state == ResidentState.Ready), "{model}", "Models that are ready.");
        meter.CreateObservableGauge(
            "multiplex.models.loading", () => CountByPool(static state => state.IsLoading()), "{model}", "Models whose load is under way, or waits.");
        models.AddGauge(
            "multiplex.model.copies",
            "{model}",
            "1 where the silo has the model ready, else 0: the sum over all silos is how many have it.",
            () => ReadCopies(static series => [MeterTags.Of(MeterTags.Pool, series.Pool), MeterTags.Of(MeterTags.Model, series.Id)]));
        if (ray is not null)
        {
            AddForRay(meter, ray);
        }
    }

    private void AddForRay(Meter meter, RayInstruments ray)
    {
        meter.CreateObservableGauge(
            "ray_serve_num_multiplexed_models",
            () => Ready().CountBy(static resident => resident.Pool.Name).ToDictionary() is var counts
                ? quota.Pools.Select(pool => new Measurement<int>(counts.GetValueOrDefault(pool.Name), ray.TagsOf(pool.Name)))
                : [],
            null,
            "The number of models loaded on the current replica.");
        models.AddGauge(
            "ray_serve_registered_multiplexed_model_id",
            null,
            "The model id registered on the current replica.",
            () => ReadCopies(series => [.. ray.TagsOf(series.Pool), new("model_id", series.Id)]));
    }

    private IEnumerable<Measurement<int>> CountByPool(Func<ResidentState, bool> isCounted)
    {
        var counts = ledger.Snapshot().Where(resident => isCounted(resident.State)).CountBy(static resident => resident.Pool.Name).ToDictionary();
        return quota.Pools.Select(pool => new Measurement<int>(counts.GetValueOrDefault(pool.Name), MeterTags.Of(MeterTags.Pool, pool.Name)));
    }

    private IEnumerable<Measurement<int>> ReadCopies(Func<ModelSeries, KeyValuePair<string, object?>[]> tagsOf)
    {
        var here = Ready().Select(static resident => resident.Series).ToHashSet();
        return names.Named.Select(series => new Measurement<int>(here.Contains(series) ? 1 : 0, tagsOf(series)));
    }

    private IEnumerable<Resident> Ready() => ledger.Snapshot().Where(static resident => resident.State == ResidentState.Ready);
}
