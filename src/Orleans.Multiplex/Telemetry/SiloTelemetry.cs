using Orleans.Multiplex.Telemetry.Figures;
using Orleans.Multiplex.Telemetry.Journal;
using Orleans.Multiplex.Telemetry.Metrics;

namespace Orleans.Multiplex.Telemetry;

/// <summary>
/// Is told, once and by whoever does it, what happens on this silo, and writes it into the journal, the counters and the metrics. Nothing depends on it.
/// </summary>
/// <param name="journal">The journal.</param>
/// <param name="repeated">The journal for what may come often.</param>
/// <param name="counters">The counters.</param>
/// <param name="metrics">The metrics; null for none.</param>
internal sealed class SiloTelemetry(SiloJournal journal, RepeatedEvents repeated, SiloCounters counters, SiloMetrics? metrics = null)
{
    /// <summary>What a model's requests are measured by, to be kept as long as it is resident.</summary>
    public ModelSeries GetSeries(in ModelName model) => metrics?.GetSeries(model) ?? new ModelSeries(model.Pool, model.Id);

    /// <summary>A model has become ready.</summary>
    /// <param name="model">The model.</param>
    /// <param name="took">The time from its turn to its end.</param>
    /// <param name="bytes">What it is charged.</param>
    /// <param name="isSuccessor">Whether it is to take the place of one that answers.</param>
    public void Loaded(in ModelName model, TimeSpan took, long bytes, bool isSuccessor)
    {
        counters.Add(Counted.Loaded);
        metrics?.Loaded(model, took);
        journal.Add(Of(ClusterEventKind.Loaded, model, isSuccessor ? "newer" : "", EventText.Loaded(model, took, bytes, isSuccessor)) with
        {
            Took = took,
            Bytes = bytes,
        });
    }

    /// <summary>A load has failed. One that was ended, since the model was unloaded or the silo stops, has not.</summary>
    /// <param name="model">The model.</param>
    /// <param name="kind">The kind of failure.</param>
    /// <param name="reason">Why.</param>
    public void LoadFailed(in ModelName model, string kind, string reason)
    {
        counters.Add(Counted.LoadFailed);
        metrics?.LoadFailed(model, kind);
        repeated.Add(Of(ClusterEventKind.LoadFailed, model, kind, EventText.LoadFailed(model, reason)));
    }

    /// <summary>A model has been unloaded and its memory is free.</summary>
    /// <param name="model">The model.</param>
    /// <param name="evicted">Why.</param>
    /// <param name="took">The time from its last request's end.</param>
    public void Evicted(in ModelName model, in EvictedModel evicted, TimeSpan took)
    {
        var reason = Camel(evicted.Reason.ToString());
        counters.Add(Counted.Evicted);
        metrics?.Evicted(model, evicted, reason, took);
        journal.Add(Of(ClusterEventKind.Evicted, model, reason, EventText.Evicted(model, evicted)) with
        {
            Took = took,
            Bytes = evicted.Bytes,
            For = evicted.For is { Length: > 0 } other ? other : null,
        });
    }

    /// <summary>It was decided where a model goes.</summary>
    /// <param name="pool">The model's pool.</param>
    /// <param name="model">The model.</param>
    /// <param name="silo">The silo's name.</param>
    /// <param name="reason">Why there.</param>
    public void Placed(string pool, ModelKey model, string silo, string reason)
    {
        metrics?.Placed(pool);

        // Anybody may ask for models that are not there, as often as they like; each is placed before that is known.
        repeated.Add(Of(ClusterEventKind.Placed, new ModelName(pool, model.Id, model.Version ?? 0), silo, EventText.Placed(model.ToString(), reason, silo)));
    }

    /// <summary>A request was answered.</summary>
    public void Answered(in AnsweredRequest request)
    {
        counters.Add(request.LoadWait is null ? Counted.Hit : Counted.Cold);
        counters.Latency.Add(request.Total);
        metrics?.Answered(request);
    }

    /// <summary>A request ended in an error.</summary>
    /// <param name="model">The model.</param>
    /// <param name="error">The error.</param>
    /// <param name="total">All of its time on this silo.</param>
    public void Failed(in ModelName model, Exception error, TimeSpan total)
    {
        // One whose model went is tried again elsewhere, and measured there.
        if (error is not ModelUnloadedException)
        {
            metrics?.Failed(model, ErrorKind.Of(error), ErrorKind.IsRefusal(error), total);
        }

        if (ErrorKind.IsRefusal(error))
        {
            counters.Add(Counted.Refused);
            repeated.Add(Of(ClusterEventKind.Refused, model, ErrorKind.Of(error), error.Message));
        }
        else if (ErrorKind.IsFailure(error))
        {
            counters.Add(Counted.Failed);
            repeated.Add(Of(ClusterEventKind.Failed, model, ErrorKind.Of(error), error is MultiplexException ? error.Message : $"{error.GetType().Name} was thrown by the model's code."));
        }
    }

    /// <summary>A silo has come, or goes, of which this one is to tell.</summary>
    public void SiloChanged(ClusterEventKind kind, string silo, string message) => journal.Add(new JournalEntry(kind, silo, message));

    /// <summary>Other silos have died.</summary>
    public void SawDeaths(int silos) => counters.Add(Counted.SiloDied, silos);

    /// <summary>A word as it is filtered by.</summary>
    public static string Camel(string word) => string.Concat(char.ToLowerInvariant(word[0]).ToString(), word.AsSpan(1));

    private static JournalEntry Of(ClusterEventKind kind, in ModelName model, string reason, string message) =>
        new(kind, reason, message) { Pool = model.Pool, Model = model.Id, Version = model.Version };
}
