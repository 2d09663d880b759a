using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using Orleans.Multiplex.AspNetCore.Access;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the metrics for Prometheus.</summary>
public static class MultiplexMetricsEndpointExtensions
{
    /// <summary>
    /// Maps the metrics of this process in Prometheus' format. They are a read: with API keys the caller needs one with the right to read that is for all
    /// models, without keys they answer on loopback only.
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

        // Made on the first request: settings are checked when the application starts, which is after it is mapped.
        var scrape = new Lazy<RequestDelegate>(() => endpoints.CreateApplicationBuilder().UseOpenTelemetryPrometheusScrapingEndpoint(static _ => true).Build());
        group.MapMethods(pattern, [HttpMethods.Get], context => scrape.Value(context)).RequireRight(Right.Read).WithMetadata(new WholeCluster());
        return group;
    }
}
