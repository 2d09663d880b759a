using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Figures;
using Orleans.Multiplex.Telemetry.Journal;

namespace Orleans.Multiplex.Hosting;

/// <summary>What each silo notes of what happens on it, whatever its role.</summary>
internal static class TelemetryRegistrations
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services.AddSingleton(static provider => new SiloJournal(
            provider.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RepeatedEvents>();
        services.AddSingleton<SiloCounters>();
        services.AddSingleton<FigureHistory>();
        services.AddSingleton<SiloTelemetry>();
        return services.AddSiloMetrics();
    }
}
