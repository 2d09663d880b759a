using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Resources;
using Orleans.Multiplex.OpenTelemetry;

namespace Microsoft.Extensions.Hosting;

/// <summary>Lets a host tell of itself by OpenTelemetry.</summary>
public static class MultiplexTelemetryExtensions
{
    /// <summary>
    /// Collects the metrics of Orleans.Multiplex, and those of Orleans, ASP.NET Core and .NET beside them, but for a few that cost too much
    /// for what they tell: for <c>MapMultiplexMetrics()</c>, and by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, in the environment or the settings, as all standard
    /// variables of OpenTelemetry may be; <c>OTEL_METRICS_EXPORTER</c> chooses among <c>prometheus</c>, <c>otlp</c> and <c>none</c>. The name of the service is
    /// that of the application unless <c>OTEL_SERVICE_NAME</c> says another, its instance that of the silo.
    /// Where that endpoint is set, or <c>OTEL_TRACES_EXPORTER</c> names <c>otlp</c>, requests are traced by OTLP too, over all silos that they reach: ten a second of those that come without a trace of their own, unless
    /// <c>OTEL_TRACES_SAMPLER</c> says otherwise. <c>OTEL_PROPAGATORS</c> names what OpenTelemetry takes from them, <c>tracecontext</c>, <c>baggage</c> or <c>none</c>; with the first alone
    /// requests cost less. Orleans' propagation of traces is part of it and must not be added again.
    /// </summary>
    /// <param name="builder">The host, of a silo or of an Orleans client.</param>
    /// <returns>The same host.</returns>
    public static IHostApplicationBuilder AddMultiplexTelemetry(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(builder.Environment.ApplicationName, autoGenerateServiceInstanceId: false)
                .AddDetector(static services => new SiloResource(services))
                .AddEnvironmentVariableDetector());
        telemetry.AddMetrics(builder.Configuration);
        telemetry.AddTraces(builder.Configuration);
        builder.Services.AddHostedService(services => new UnknownNames(builder.Configuration, services.GetRequiredService<ILoggerFactory>().CreateLogger("Multiplex.Telemetry")));
        return builder;
    }
}
