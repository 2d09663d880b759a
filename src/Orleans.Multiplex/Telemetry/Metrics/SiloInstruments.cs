using System.Diagnostics.Metrics;
using Orleans.Multiplex.Telemetry.Figures;

namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>The instruments of a silo that have few series, however many models there are.</summary>
internal sealed class SiloInstruments
{
    public SiloInstruments(IMeterFactory meters, SiloCounters counters)
    {
        Meter = meters.Create(MeterTags.Meter);

        // Of models of the store alone, so there is no pool to tell; and a measurement without a tag costs a request a fraction of one with it.
        QueueDelay = Histogram("multiplex.request.queue_delay", "How long a request for a model of the store waited for an inference thread.", Buckets.Request);
        BatchSize = Meter.CreateHistogram("multiplex.run.batch_size", "{row}", "Rows of a run of a model of the store.", tags: null, Buckets.Rows);
        ColdWait = Histogram("multiplex.request.cold_wait", "How long a request waited for its model to be loaded, where that was not there.", Buckets.Load);
        Refusals = Counter("multiplex.refusals", "{request}", "Requests that were refused and may be sent again later, by reason.");
        LoadDuration = Histogram("multiplex.model.load.duration", "How long a load took that went well, from its turn to its end.", Buckets.Load);
        LoadFailures = Counter("multiplex.model.load.failures", "{load}", "Loads that failed, by kind.");
        UnloadDuration = Histogram("multiplex.model.unload.duration", "How long an unload took, from the end of the model's last request.", Buckets.Load);
        Evictions = Counter("multiplex.model.evictions", "{model}", "Models that were unloaded, by reason, and by whether requests used them when they were closed.");
        EvictionAge = Histogram("multiplex.model.eviction.age", "The time since a model's last use when it was evicted.", Buckets.Age);
        Placements = Counter("multiplex.placements", "{decision}", "Decisions of this process where a model goes that nobody held.");
        StoreDuration = Histogram("multiplex.store.request.duration", "How long a request to the store of models took; a fetch is that of one file.", Buckets.Load);
        StoreReceived = Counter("multiplex.store.received", "By", "Bytes of files that came from the store of models.");

        // Read from what the silo counts anyway: they cost a request nothing, are there from the start, and say what the silo's own reports say.
        Count("multiplex.requests", "{request}", "Requests by how they ended. A hit found its model resident, a cold one waited for a load.", counters, [
            (Counted.Hit, "hit"), (Counted.Cold, "cold"), (Counted.Refused, "refused"), (Counted.Failed, "failed")]);
        Count("multiplex.model.loads", "{load}", "Loads by how they ended.", counters, [(Counted.Loaded, "loaded"), (Counted.LoadFailed, "failed")]);
        Meter.CreateObservableCounter("multiplex.cluster.deaths", () => counters[Counted.SiloDied], "{silo}", "Silos that died, as this process saw it.");
    }

    public Meter Meter { get; }

    public Histogram<double> QueueDelay { get; }

    public Histogram<double> ColdWait { get; }

    public Histogram<long> BatchSize { get; }

    public Counter<long> Refusals { get; }

    public Histogram<double> LoadDuration { get; }

    public Counter<long> LoadFailures { get; }

    public Histogram<double> UnloadDuration { get; }

    public Counter<long> Evictions { get; }

    public Histogram<double> EvictionAge { get; }

    public Counter<long> Placements { get; }

    public Histogram<double> StoreDuration { get; }

    public Counter<long> StoreReceived { get; }

    private Histogram<double> Histogram(string name, string description, InstrumentAdvice<double> buckets) =>
        Meter.CreateHistogram(name, "s", description, tags: null, buckets);

    private Counter<long> Counter(string name, string unit, string description) => Meter.CreateCounter<long>(name, unit, description);

    private void Count(string name, string unit, string description, SiloCounters counters, (Counted What, string Outcome)[] outcomes) => Meter.CreateObservableCounter(
        name, () => outcomes.Select(one => new Measurement<long>(counters[one.What], MeterTags.Of(MeterTags.Outcome, one.Outcome))), unit, description);
}
