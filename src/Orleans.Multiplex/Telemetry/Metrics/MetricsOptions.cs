namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>How the silo's metrics name models (<c>Multiplex:Metrics</c>).</summary>
public sealed class MetricsOptions
{
    /// <summary>
    /// The most models that have series of their own: those with most requests; all others together are <c>other</c>. Each takes some twenty series on each
    /// silo, and up to four times as many names stay until their series begin anew. Default: 50; 0 names none; at most 250.
    /// </summary>
    public int MaxModels { get; set; } = 50;

    /// <summary>
    /// Whether what Ray Serve measures of multiplexed models is there under Ray's names too (<c>ray_serve_multiplexed_model_load_latency_ms</c> and the others),
    /// so that dashboards made for Ray work. Default: false.
    /// </summary>
    public bool RayNames { get; set; }
}
