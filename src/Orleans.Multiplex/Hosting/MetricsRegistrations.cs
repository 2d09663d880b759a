using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Configuration.Internal;
using Orleans.Multiplex.Grains.Gauges;
using Orleans.Multiplex.Telemetry.Metrics;

namespace Orleans.Multiplex.Hosting;

/// <summary>What is measured on each silo, for whoever collects metrics of the meter <c>Orleans.Multiplex</c>.</summary>
internal static class MetricsRegistrations
{
    public static IServiceCollection AddSiloMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<SiloInstruments>();
        services.AddSingleton<ModelInstruments>();
        services.AddSingleton(static provider => new NamedModels(
            Settings(provider).MaxModels, provider.GetRequiredService<ModelInstruments>(), provider.GetRequiredService<TimeProvider>()));

        // Null where Ray's names are not wanted.
        services.AddSingleton<RayInstruments>(static provider => Settings(provider).RayNames
            ? new RayInstruments(
                provider.GetRequiredService<SiloInstruments>().Meter,
                provider.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName,
                provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ClusterId)
            : null!);
        services.AddSingleton(static provider => new SiloMetrics(
            provider.GetRequiredService<SiloInstruments>(),
            provider.GetRequiredService<ModelInstruments>(),
            provider.GetRequiredService<NamedModels>(),
            provider.GetService<RayInstruments>()));
        services.AddSingleton<ISiloGauge, ClusterGauge>();
        services.AddSingleton<SiloGauges>();
        services.AddFromExisting<ILifecycleParticipant<ISiloLifecycle>, SiloGauges>();
        return services;
    }

    /// <summary>What there is to measure on a silo that holds models.</summary>
    public static IServiceCollection AddModelGauges(this IServiceCollection services)
    {
        services.AddSingleton<ISiloGauge, QuotaGauge>();
        services.AddSingleton<ISiloGauge, ResidentGauge>();
        services.AddSingleton<ISiloGauge, RunGauge>();
        services.AddSingleton<ISiloGauge, CacheGauge>();
        return services;
    }

    private static MetricsOptions Settings(IServiceProvider provider) => provider.GetRequiredService<IOptions<MultiplexOptions>>().Value.Metrics;
}
