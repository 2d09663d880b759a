using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Configuration.Internal;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Hosting;

/// <summary>What gives hot models copies on other silos.</summary>
internal static class CopyRegistrations
{
    public static IServiceCollection AddCopies(this IServiceCollection services)
    {
        services.AddSingleton<ModelCopies>();
        services.AddSingleton<CopyMeter>();
        services.AddSingleton<CopyHost>();
        services.AddSingleton<CopyExchange>();
        services.AddSingleton<LedModels>();
        services.AddSingleton(static provider =>
        {
            var options = provider.GetRequiredService<IOptions<MultiplexOptions>>().Value;
            return new CopySettings(options.MaxCopies, options.Copies);
        });
        services.AddSingleton(static provider => ActivatorUtilities.CreateInstance<CopyMoves>(provider, Logger(provider)));
        services.AddSingleton(static provider => ActivatorUtilities.CreateInstance<CopyKeeper>(provider, Logger(provider)));
        services.AddFromExisting<ILifecycleParticipant<ISiloLifecycle>, CopyKeeper>();
        return services;
    }

    private static ILogger Logger(IServiceProvider provider) => provider.GetRequiredService<ILoggerFactory>().CreateLogger(LogEvents.Grains);
}
