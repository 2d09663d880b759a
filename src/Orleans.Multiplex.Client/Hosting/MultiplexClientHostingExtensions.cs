using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex;
using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Hosting;
using Orleans.Multiplex.Settings;

namespace Orleans.Hosting;

/// <summary>Adds the client SDK to an Orleans client or silo.</summary>
public static class MultiplexClientHostingExtensions
{
    /// <summary>
    /// Adds <see cref="IMultiplexClient"/> to an Orleans client and fits the client's messaging to it: its response timeout becomes
    /// <see cref="MultiplexClientOptions.AttemptTimeout"/>, with cancellation, and its largest message takes
    /// <see cref="MultiplexClientOptions.MaxRequestBytes"/>. Reads the section <c>Multiplex</c> of the settings. May be called more than once.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Changes what the settings say; null changes nothing.</param>
    public static IClientBuilder AddMultiplexClient(this IClientBuilder builder, Action<MultiplexClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSettings<MultiplexClientOptions, MultiplexClientOptionsValidator>(builder.Configuration);
        builder.Services.AddMultiplexClient(configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<ClientMessagingOptions>, ClientMessaging>());
        return builder;
    }

    /// <summary>
    /// Adds <see cref="IMultiplexClient"/> to services that have Orleans' <see cref="IGrainFactory"/>: those of a silo, or of a client
    /// whose messaging is set elsewhere. Faulty settings stop the start with every fault listed. May be called more than once.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Settings; null for the defaults.</param>
    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "It only spreads retries in time.")]
    public static IServiceCollection AddMultiplexClient(this IServiceCollection services, Action<MultiplexClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddSettings<MultiplexClientOptions, MultiplexClientOptionsValidator>(configuration: null);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IMultiplexClient>(static provider => new MultiplexClient(
            provider.GetRequiredService<IGrainFactory>(),
            provider.GetService<ILocalModels>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<MultiplexClientOptions>>(),
            new Random(),
            provider.GetRequiredService<ILoggerFactory>()));
        return services;
    }
}
