using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Multiplex.Hosting;
using Orleans.Multiplex.Settings;

namespace Orleans.Hosting;

/// <summary>Adds model multiplexing to a silo.</summary>
public static class MultiplexSiloBuilderExtensions
{
    /// <summary>
    /// Makes the silo serve models: those of the store, where something opens them (<c>AddOnnxRuntime()</c>), and those of the grain classes
    /// derived from <see cref="Multiplex.Grains.MultiplexedGrain{TModel}"/>. Reads the section <c>Multiplex</c> of the settings. Faulty
    /// settings stop the silo's start with every fault listed (<see cref="Multiplex.WrongSettingsException"/>).
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Changes what the settings say.</param>
    public static ISiloBuilder AddMultiplex(this ISiloBuilder builder, Action<MultiplexOptions>? configure = null) =>
        builder.AddMultiplex(SiloRole.HoldsModels, configure);

    /// <summary>
    /// Makes the silo send calls for models to the silos that serve them, and hold none itself: for a gateway that joins the cluster.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Changes what the settings say.</param>
    public static ISiloBuilder AddMultiplexRouting(this ISiloBuilder builder, Action<MultiplexOptions>? configure = null) =>
        builder.AddMultiplex(SiloRole.RoutesOnly, configure);

    private static ISiloBuilder AddMultiplex(this ISiloBuilder builder, SiloRole role, Action<MultiplexOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddSettings<MultiplexOptions, MultiplexOptionsValidator>(builder.Configuration);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(SiloRoleHolder)))
        {
            return builder;
        }

        services.AddSingleton(new SiloRoleHolder(role));
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddTelemetry()
            .AddMessagingForModels()
            .AddPlacement()
            .AddStorage();
        if (role == SiloRole.HoldsModels)
        {
            services
                .AddResidency()
                .AddLoading()
                .AddExecution()
                .AddGrains()
                .AddHandOver()
                .AddCopies()
                .AddModelGauges();
        }

        return builder.AddExchange();
    }
}
