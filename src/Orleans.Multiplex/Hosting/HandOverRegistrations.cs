using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Hosting;

/// <summary>What moves models from silo to silo.</summary>
internal static class HandOverRegistrations
{
    /// <summary>What a host needs to stop after the models have been handed over.</summary>
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(30);

    public static IServiceCollection AddHandOver(this IServiceCollection services)
    {
        services.AddSingleton<DrainProgress>();
        services.AddSingleton<HandOverTargets>();
        services.AddSingleton<ModelHandOver>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ModelSpread>(
            provider, provider.GetRequiredService<ILoggerFactory>().CreateLogger(LogEvents.Grains)));
        services.AddSingleton<ModelReception>(provider => provider.GetRequiredService<GrainPools>().Find(typeof(InferenceGrain)) is not { } pool
            ? null!
            : new ModelReception(
                provider.GetRequiredService<ModelAttachments>(), provider.GetRequiredService<RoomOfOlder>(), provider.GetRequiredService<BackendOpener>(), pool));
        services.AddSingleton<IHostedService>(provider => new SiloDrain(
            provider.GetRequiredService<ResidencyPublisher>(),
            provider.GetRequiredService<ResidencyLedger>(),
            provider.GetRequiredService<ModelHandOver>(),
            provider.GetRequiredService<HandOverTargets>(),
            provider.GetRequiredService<CopyHost>(),
            provider.GetRequiredService<DrainProgress>(),
            provider.GetRequiredService<IOptions<MultiplexOptions>>().Value.Drain,
            provider.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName,
            provider.GetRequiredService<SiloTelemetry>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger(LogEvents.Grains)));
        services.AddOptions<HostOptions>().PostConfigure<IOptions<MultiplexOptions>>(static (host, options) =>
        {
            if (host.ShutdownTimeout < options.Value.Drain.Timeout + TimeToStop)
            {
                host.ShutdownTimeout = options.Value.Drain.Timeout + TimeToStop;
            }
        });
        return services;
    }
}
