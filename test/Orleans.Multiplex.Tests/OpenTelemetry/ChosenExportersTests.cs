using Microsoft.Extensions.Configuration;
using Orleans.Multiplex.OpenTelemetry;
using Xunit;

namespace Orleans.Multiplex.Tests.OpenTelemetry;

/// <summary>Where metrics and traces go.</summary>
public sealed class ChosenExportersTests : IDisposable
{
    private const string Endpoint = "http://127.0.0.1:1";

    private readonly ConfigurationManager _settings = new();

    public void Dispose() => _settings.Dispose();

    [Theory]
    [InlineData(null, null, true, false)]
    [InlineData(null, Endpoint, true, true)]
    [InlineData("", Endpoint, true, true)]
    [InlineData(null, " ", true, false)]
    [InlineData("prometheus", Endpoint, true, false)]
    [InlineData("otlp", Endpoint, false, true)]
    [InlineData("otlp", null, false, true)]
    [InlineData("Prometheus , OTLP", null, true, true)]
    [InlineData("none", Endpoint, false, false)]
    [InlineData("console", Endpoint, true, true)]
    [InlineData("console,otlp", Endpoint, false, true)]
    public void Metrics_GoWhereTheVariablesSay(string? exporters, string? endpoint, bool toPrometheus, bool byOtlp)
    {
        _settings["OTEL_METRICS_EXPORTER"] = exporters;
        _settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;

        var chosen = new ChosenExporters(_settings, ChosenExporters.Metrics);

        Assert.Equal((toPrometheus, byOtlp), (chosen.HasPrometheus, chosen.HasOtlp));
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData(null, Endpoint, true)]
    [InlineData("otlp", null, true)]
    [InlineData("none", Endpoint, false)]
    [InlineData("prometheus", Endpoint, true)]
    [InlineData("zipkin,OTLP", null, true)]
    public void Traces_GoWhereTheVariablesSay_AndNeverToPrometheus(string? exporters, string? endpoint, bool byOtlp)
    {
        _settings["OTEL_TRACES_EXPORTER"] = exporters;
        _settings["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = endpoint;

        var chosen = new ChosenExporters(_settings, ChosenExporters.Traces);

        Assert.Equal((false, byOtlp), (chosen.HasPrometheus, chosen.HasOtlp));
    }

    [Theory]
    [InlineData("true", false)]
    [InlineData("TRUE", false)]
    [InlineData("false", true)]
    [InlineData("1", true)]
    public void Disabled_GoesNowhere(string disabled, bool isSent)
    {
        _settings["OTEL_SDK_DISABLED"] = disabled;
        _settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = Endpoint;

        var metrics = new ChosenExporters(_settings, ChosenExporters.Metrics);
        var traces = new ChosenExporters(_settings, ChosenExporters.Traces);

        Assert.Equal((isSent, isSent, isSent), (metrics.HasPrometheus, metrics.HasOtlp, traces.HasOtlp));
    }
}
