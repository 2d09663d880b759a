using Microsoft.Extensions.Configuration;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>
/// Where metrics and traces go, by the standard variables: <c>OTEL_METRICS_EXPORTER</c> and <c>OTEL_TRACES_EXPORTER</c> name exporters, or <c>none</c> alone. Where none is
/// named that is known here, Prometheus may read metrics, and what an endpoint is set for is sent by OTLP. With <c>OTEL_SDK_DISABLED=true</c> there is neither.
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

    private readonly bool _isDisabled = "true".Equals(configuration["OTEL_SDK_DISABLED"], StringComparison.OrdinalIgnoreCase);

    /// <summary>The variable that names them.</summary>
    public NamingVariable Variable { get; } = new(configuration, $"OTEL_{signal}_EXPORTER", signal == Metrics ? [Prometheus, Otlp, None] : [Otlp, None]);

    /// <summary>Whether it is there for Prometheus to read.</summary>
    public bool HasPrometheus => Has(Prometheus, otherwise: signal == Metrics);

    /// <summary>Whether it is sent by OTLP. To a collector on this machine, as the standard has it, where that is named and no endpoint is set.</summary>
    public bool HasOtlp => Has(Otlp, otherwise: IsSet("OTEL_EXPORTER_OTLP_ENDPOINT") || IsSet($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"));

    private bool Has(string name, bool otherwise) => !_isDisabled && (Variable.Named is [] ? otherwise : Variable.Named.Contains(name));

    private bool IsSet(string endpoint) => !string.IsNullOrWhiteSpace(configuration[endpoint]);
}
