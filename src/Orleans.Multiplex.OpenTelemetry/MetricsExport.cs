using System.Diagnostics.Metrics;
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
    private static readonly string[] CostlyMeters = ["Microsoft.AspNetCore.MemoryPool", "Microsoft.AspNetCore.Routing"];

    // The first two write two measurements for each request, of HTTP and of a stream of HTTP/2, to say how many there are at the moment. Orleans walks all of its
    // cache, used or not, to say how much of it is.
    private static readonly (string Meter, string Instrument)[] CostlyInstruments =
    [
        ("Microsoft.AspNetCore.Hosting", "http.server.active_requests"),
        ("Microsoft.AspNetCore.Server.Kestrel", "kestrel.queued_requests"),
        ("Microsoft.Orleans", "orleans-directory-cache-size"),
    ];

    public static void AddMetrics(this IOpenTelemetryBuilder telemetry, IConfiguration configuration) => telemetry.WithMetrics(metrics =>
    {
        metrics.AddMeter(Meters).AddView(static instrument => IsCostly(instrument) ? MetricStreamConfiguration.Drop : null);

        var exporters = new ChosenExporters(configuration, ChosenExporters.Metrics);
        if (exporters.HasPrometheus)
        {
            // A label with the name of the meter on each series would only make them longer, and Ray's have none.
            metrics.AddPrometheusExporter(static exporter => exporter.ScopeInfoEnabled = false);
        }

        if (exporters.HasOtlp)
        {
            metrics.AddOtlpExporter();
        }
    });

    private static bool IsCostly(Instrument instrument) => CostlyMeters.Contains(instrument.Meter.Name) || CostlyInstruments.Contains((instrument.Meter.Name, instrument.Name));
}
