using Microsoft.Extensions.Configuration;
using Orleans.Multiplex.OpenTelemetry;
using Xunit;

namespace Orleans.Multiplex.Tests.OpenTelemetry;

/// <summary>What is said of exporters and propagators that are named and not there.</summary>
public sealed class UnknownNamesTests
{
    [Theory]
    [InlineData(null, null, null)]
    [InlineData("Prometheus, otlp", "none", "tracecontext,Baggage")]
    [InlineData(",", "OTLP,", " ")]
    public async Task Start_AllAreKnown_SaysNothing(string? metrics, string? traces, string? propagators) => Assert.Empty(await StartAsync(metrics, traces, propagators));

    [Fact]
    public async Task Start_SomeAreNot_SaysWhichAndWhatThereIs() => Assert.Equal(
        [
            "OTEL_METRICS_EXPORTER names 'Console', which is not known here and is ignored. Known are: prometheus, otlp, none.",
            "OTEL_TRACES_EXPORTER names 'prometheus', which is not known here and is ignored. Known are: otlp, none.",
            "OTEL_TRACES_EXPORTER names 'zipkin', which is not known here and is ignored. Known are: otlp, none.",
            "OTEL_PROPAGATORS names 'b3', which is not known here and is ignored. Known are: tracecontext, baggage, none.",
        ],
        await StartAsync("otlp,Console", "prometheus, zipkin", "tracecontext,b3"));

    private static async Task<IReadOnlyCollection<string>> StartAsync(string? metrics, string? traces, string? propagators)
    {
        using var settings = new ConfigurationManager();
        settings["OTEL_METRICS_EXPORTER"] = metrics;
        settings["OTEL_TRACES_EXPORTER"] = traces;
        settings["OTEL_PROPAGATORS"] = propagators;
        var log = new RecordedLog();

        await new UnknownNames(settings, log).StartAsync(TestContext.Current.CancellationToken);

        return [.. log.Messages];
    }
}
