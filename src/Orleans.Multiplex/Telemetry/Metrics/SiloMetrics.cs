namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>Measures what happens on the silo. Where nobody collects, that is a look at each instrument; where somebody does, it allocates nothing for a request.</summary>
/// <param name="silo">The instruments with few series.</param>
/// <param name="model">Those with a series for each model that has a name.</param>
/// <param name="names">Which models have one.</param>
/// <param name="ray">The same under Ray's names; null where they are not wanted.</param>
internal sealed class SiloMetrics(SiloInstruments silo, ModelInstruments model, NamedModels names, RayInstruments? ray)
{
    /// <summary>The series of a model that has been loaded.</summary>
    public ModelSeries GetSeries(in ModelName name) => names.Get(name.Pool, name.Id);

    public void Loaded(in ModelName name, TimeSpan took)
    {
        silo.LoadDuration.Record(took.TotalSeconds, MeterTags.Of(MeterTags.Pool, name.Pool));
        ray?.Loaded(name.Pool, took);
    }

    public void LoadFailed(in ModelName name, string kind)
    {
        silo.LoadFailures.Add(1, MeterTags.Of(MeterTags.Pool, name.Pool), MeterTags.Of(MeterTags.Error, kind));
        ray?.LoadFailed(name.Pool);
    }

    public void Evicted(in ModelName name, in EvictedModel evicted, string reason, TimeSpan took)
    {
        var pool = MeterTags.Of(MeterTags.Pool, name.Pool);
        var why = MeterTags.Of(MeterTags.Reason, reason);
        silo.Evictions.Add(1, pool, why, MeterTags.Of(MeterTags.InUse, evicted.WasInUse ? "true" : "false"));
        silo.EvictionAge.Record(evicted.Age.TotalSeconds, pool, why);
        silo.UnloadDuration.Record(took.TotalSeconds, pool);
        ray?.Unloaded(name.Pool, took);
    }

    public void Placed(string pool) => silo.Placements.Add(1, MeterTags.Of(MeterTags.Pool, pool));

    public void Answered(in AnsweredRequest request)
    {
        ray?.Asked(request.Model.Pool);
        var pool = MeterTags.Of(MeterTags.Pool, request.Model.Pool);
        if (model.RequestDuration is { Enabled: true } duration)
        {
            request.Model.CountRequest();
            duration.Record(request.Total.TotalSeconds, pool, MeterTags.Of(MeterTags.Model, request.Model.Name));
        }

        if (request.Queued is { } queued)
        {
            silo.QueueDelay.Record(queued.TotalSeconds);
        }

        if (request.RunRows is { } rows)
        {
            silo.BatchSize.Record(rows);
        }

        if (request.LoadWait is { } wait)
        {
            silo.ColdWait.Record(wait.TotalSeconds, pool);
        }
    }

    /// <summary>A request ended in an error, other than one for which it is tried again elsewhere.</summary>
    /// <param name="name">The model.</param>
    /// <param name="kind">The kind of error.</param>
    /// <param name="isRefusal">Whether it may be sent again later.</param>
    /// <param name="total">All of its time on this silo.</param>
    public void Failed(in ModelName name, string kind, bool isRefusal, TimeSpan total)
    {
        var series = names.Find(name.Pool, name.Id);
        series?.CountRequest();
        var pool = MeterTags.Of(MeterTags.Pool, name.Pool);
        model.RequestDuration.Record(
            total.TotalSeconds, pool, MeterTags.Of(MeterTags.Model, series?.Name ?? ModelSeries.Other), MeterTags.Of(MeterTags.Error, kind));
        if (isRefusal)
        {
            silo.Refusals.Add(1, pool, MeterTags.Of(MeterTags.Reason, kind));
        }
    }
}
