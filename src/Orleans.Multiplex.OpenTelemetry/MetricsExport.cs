using Microsoft.Extensions.Configuration;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>Which metrics are collected, and where they go.</summary>
internal static class MetricsExport
{
    private static readonly string[] Meters =
    [
        "Orleans.Multiplex",
        "Microsoft.Orleans",
        "Microsoft.AspNetCore.*",
        "System.Runtime",
    ];

    // They write eight measurements for each request: of its buffers, and of its route, which its duration tells by.
    private static readonly string[] Costly = ["Microsoft.AspNetCore.MemoryPool", "Microsoft.AspNetCore.Routing"];

    public static void AddMetrics(this IOpenTelemetryBuilder telemetry, IConfiguration configuration) => telemetry.WithMetrics(metrics =>
    {
        metrics.AddMeter(Meters).AddView(static instrument => Costly.Contains(instrument.Meter.Name) ? MetricStreamConfiguration.Drop : null);

        // A label with the name of the meter on each series would only make them longer, and Ray's have none.
        metrics.AddPrometheusExporter(static exporter => exporter.ScopeInfoEnabled = false);
        if (OtlpEndpoint.IsSet(configuration, "METRICS"))
        {
            metrics.AddOtlpExporter();
        }
    });
}
