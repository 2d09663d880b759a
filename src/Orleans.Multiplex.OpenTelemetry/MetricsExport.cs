using Microsoft.Extensions.Configuration;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>Which metrics are collected, and where they go.</summary>
internal static class MetricsExport
{
    // Of ASP.NET Core's, routing and the pool of memory are left out: they write several measurements for each request, of what its duration tells by route, and
    // of buffers. Who wants them adds their meters.
    private static readonly string[] Meters =
    [
        "Orleans.Multiplex",
        "Microsoft.Orleans",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Http.Connections",
        "Microsoft.AspNetCore.Diagnostics",
        "Microsoft.AspNetCore.Components*",
        "System.Runtime",
    ];

    public static void AddMetrics(this IOpenTelemetryBuilder telemetry, IConfiguration configuration) => telemetry.WithMetrics(metrics =>
    {
        metrics.AddMeter(Meters);

        // A label with the name of the meter on each series would only make them longer, and Ray's have none.
        metrics.AddPrometheusExporter(static exporter => exporter.ScopeInfoEnabled = false);
        if (OtlpEndpoint.IsSet(configuration, "METRICS"))
        {
            metrics.AddOtlpExporter();
        }
    });
}
