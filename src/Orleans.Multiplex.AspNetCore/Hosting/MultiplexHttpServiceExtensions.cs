using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Multiplex;
using Orleans.Multiplex.AspNetCore;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Events;
using Orleans.Multiplex.AspNetCore.Grpc;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.Metrics;
using Orleans.Multiplex.AspNetCore.ModelHeader;
using Orleans.Multiplex.AspNetCore.OpenApi;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.AspNetCore.Outputs;
using Orleans.Multiplex.Hosting;
using Orleans.Multiplex.Settings;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what the HTTP and gRPC endpoints of Orleans.Multiplex need.</summary>
public static class MultiplexHttpServiceExtensions
{
    /// <summary>
    /// Adds the services of <c>MapMultiplex()</c>, <c>MapMultiplexed()</c> and <c>MapMultiplexOpenApi()</c>, and the client SDK that they call, with the settings of
    /// section <c>Multiplex</c> (<see cref="MultiplexHttpOptions"/>, <see cref="MultiplexAccessOptions"/>, <see cref="MultiplexClientOptions"/>), whose faults stop the
    /// start, all of them listed.
    /// </summary>
    /// <param name="services">Services with Orleans' <c>IGrainFactory</c>: those of a silo or of an Orleans client.</param>
    /// <param name="configuration">The configuration of the application.</param>
    public static IServiceCollection AddMultiplexHttp(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddMultiplexClient();
        services.AddSettings<MultiplexClientOptions, MultiplexClientOptionsValidator>(configuration);
        services.AddSettings<MultiplexHttpOptions, MultiplexHttpOptionsValidator>(configuration);
        services.AddMultiplexAccess(configuration);
        services.TryAddSingleton<ServerStop>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ServerStop>(static provider => provider.GetRequiredService<ServerStop>()));
        services.TryAddSingleton<BytesInFlight>();
        services.AddMetrics();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, GatewayInstruments>());
        services.TryAddSingleton(static _ => new InputPool());
        services.TryAddSingleton<ErrorBoundary>();
        services.TryAddSingleton<Descriptions>();
        services.TryAddSingleton<TensorCall>();
        services.TryAddSingleton<InferEndpoint>();
        services.TryAddSingleton<GrainEndpoint>();
        services.TryAddSingleton<ReadinessProbe>();
        services.TryAddSingleton<ModelReadiness>();
        services.TryAddSingleton<IndexReader>();
        services.TryAddSingleton<EventStream>();
        services.TryAddSingleton<RepositoryEndpoint>();
        services.TryAddSingleton<ProtocolDocument>();
        services.AddMultiplexGrpc();
        return services;
    }
}
