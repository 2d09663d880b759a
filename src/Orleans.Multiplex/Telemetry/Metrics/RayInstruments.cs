using System.Diagnostics.Metrics;

namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>
/// What Ray Serve measures of multiplexed models, under Ray's names and with Ray's tags and classes. What Ray calls a deployment is a pool here, a replica a silo, an application a cluster. No
/// unit is given: Prometheus' names would end in it.
/// </summary>
internal sealed class RayInstruments
{
    private static readonly InstrumentAdvice<double> Milliseconds = new()
    {
        HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500, 1000, 2000, 5000, 10_000, 60_000, 120_000, 300_000, 600_000],
    };

    private readonly string _silo;
    private readonly string _cluster;
    private readonly Histogram<double> _loadLatency;
    private readonly Histogram<double> _unloadLatency;
    private readonly Counter<long> _gets;
    private readonly Counter<long> _loads;
    private readonly Counter<long> _unloads;

    public RayInstruments(Meter meter, string silo, string cluster)
    {
        _silo = silo;
        _cluster = cluster;
        _loadLatency = meter.CreateHistogram("ray_serve_multiplexed_model_load_latency_ms", null, "The time it takes to load a model.", tags: null, Milliseconds);
        _unloadLatency = meter.CreateHistogram("ray_serve_multiplexed_model_unload_latency_ms", null, "The time it takes to unload a model.", tags: null, Milliseconds);
        _gets = meter.CreateCounter<long>("ray_serve_multiplexed_get_model_requests_counter", null, "The counter for get model requests.");
        _loads = meter.CreateCounter<long>("ray_serve_multiplexed_models_load_counter", null, "The counter for loaded models, attempts that failed among them.");
        _unloads = meter.CreateCounter<long>("ray_serve_multiplexed_models_unload_counter", null, "The counter for unloaded models.");
    }

    /// <summary>
    /// A model was asked for that could be had. One whose load failed counts with that load, and not with each request that is told of it: Ray tries to load it for each of them, and
    /// what is no load here would be a hit in Ray's hit rate.
    /// </summary>
    public void Asked(string pool)
    {
        if (_gets.Enabled)
        {
            _gets.Add(1, Deployment(pool), Replica, Application);
        }
    }

    public void Loaded(string pool, TimeSpan took)
    {
        _loads.Add(1, Deployment(pool), Replica, Application);
        _loadLatency.Record(took.TotalMilliseconds, Deployment(pool), Replica, Application);
    }

    public void LoadFailed(string pool)
    {
        Asked(pool);
        _loads.Add(1, Deployment(pool), Replica, Application);
    }

    public void Unloaded(string pool, TimeSpan took)
    {
        _unloads.Add(1, Deployment(pool), Replica, Application);
        _unloadLatency.Record(took.TotalMilliseconds, Deployment(pool), Replica, Application);
    }

    /// <summary>Ray's tags, for gauges.</summary>
    public KeyValuePair<string, object?>[] TagsOf(string pool) => [Deployment(pool), Replica, Application];

    private KeyValuePair<string, object?> Replica => new("replica", _silo);

    private KeyValuePair<string, object?> Application => new("application", _cluster);

    private static KeyValuePair<string, object?> Deployment(string pool) => new("deployment", pool);
}
