using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.OpenTelemetry;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the metrics for Prometheus.</summary>
public static class MultiplexMetricsEndpointExtensions
{
    private static readonly ErrorReport NotForPrometheus = new(
        StatusCodes.Status404NotFound, "There are no metrics for Prometheus here: OTEL_METRICS_EXPORTER leaves them out (name prometheus in it, as in prometheus,otlp, or unset it), or OTEL_SDK_DISABLED is true.");

    /// <summary>
    /// Maps the metrics of this process in Prometheus' format. They are a read: with API keys the caller needs one with the right to read that is for all
    /// models, without keys they answer on loopback only. Where <c>OTEL_METRICS_EXPORTER</c> leaves <c>prometheus</c> out, or <c>OTEL_SDK_DISABLED</c> is true, they answer 404 and say so.
    /// </summary>
    /// <param name="endpoints">The application, with <c>AddMultiplexHttp()</c> in its services and <c>AddMultiplexTelemetry()</c> on its host.</param>
    /// <param name="pattern">The path.</param>
    public static IEndpointConventionBuilder MapMultiplexMetrics(this IEndpointRouteBuilder endpoints, string pattern = "/metrics")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        var services = endpoints.ServiceProvider;
        if (!services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(MeterProvider)))
        {
            throw new InvalidOperationException("There are no metrics to map: call AddMultiplexTelemetry() on the application's builder.");
        }

        var group = endpoints.MapGroup("");
        AccessFilter.Guard(group);

        group.MapMethods(pattern, [HttpMethods.Get], MakeScrape(endpoints)).RequireRight(Right.Read).WithMetadata(new WholeCluster());
        return group;
    }

    private static RequestDelegate MakeScrape(IEndpointRouteBuilder endpoints)
    {
        if (!new ChosenExporters(endpoints.ServiceProvider.GetRequiredService<IConfiguration>(), ChosenExporters.Metrics).HasPrometheus)
        {
            return static context => ErrorResponse.WriteAsync(context, NotForPrometheus);
        }

        // Made on the first request: settings are checked when the application starts, which is after it is mapped.
        var scrape = new Lazy<RequestDelegate>(() => endpoints.CreateApplicationBuilder().UseOpenTelemetryPrometheusScrapingEndpoint(static _ => true).Build());
        return context => scrape.Value(context);
    }
}
