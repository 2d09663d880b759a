using Microsoft.Extensions.Configuration;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>
/// Where metrics and traces go, by the standard variables: <c>OTEL_METRICS_EXPORTER</c> and <c>OTEL_TRACES_EXPORTER</c> name exporters, with commas between
/// them, and <c>none</c> for nowhere. Where nothing is named that is known here, it is all there is.
/// </summary>
/// <param name="configuration">The settings, the environment among them.</param>
/// <param name="signal">What goes there, as the standard variables name it.</param>
internal sealed class ChosenExporters(IConfiguration configuration, string signal)
{
    public const string Metrics = "METRICS";
    public const string Traces = "TRACES";

    private const string Otlp = "otlp";
    private const string Prometheus = "prometheus";
    private const string None = "none";

    private readonly string[] _named =
    [
        .. (configuration[$"OTEL_{signal}_EXPORTER"] ?? "")
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(static name => name.ToLowerInvariant())
            .Where(name => name is Otlp or None || (name is Prometheus && signal == Metrics)),
    ];

    /// <summary>Whether it is there for Prometheus to read.</summary>
    public bool HasPrometheus => Has(Prometheus);

    /// <summary>Whether it is sent by OTLP: an endpoint is set.</summary>
    public bool HasOtlp => Has(Otlp) && (IsSet("OTEL_EXPORTER_OTLP_ENDPOINT") || IsSet($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"));

    private bool Has(string name) => _named is [] || _named.Contains(name);

    private bool IsSet(string endpoint) => !string.IsNullOrWhiteSpace(configuration[endpoint]);
}
