using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Hosting;

/// <summary>What stands before the opening of models, in a silo that holds them.</summary>
internal static class QuarantineRegistrations
{
    public static IServiceCollection AddQuarantine(this IServiceCollection services)
    {
        services.AddSingleton<IQuarantineChannel, QuarantineChannel>();

        // Null, each of them, where there is no store or nothing that opens its models.
        services.AddSingleton<OpeningMarks>(provider => Opens(provider)
            ? new OpeningMarks(
                provider.GetRequiredService<CacheFolder>(),
                provider.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName,
                provider.GetRequiredService<TimeProvider>(),
                Logger(provider, LogEvents.Storage))
            : null!);
        services.AddSingleton<KeptQuarantine>(provider => Opens(provider) ? Keep(provider) : null!);
        services.AddSingleton<OpeningGuard>(provider => Opens(provider)
            ? new OpeningGuard(
                provider.GetRequiredService<QuarantinedModels>(),
                provider.GetRequiredService<KeptQuarantine>(),
                provider.GetRequiredService<OpeningMarks>(),
                new LeftMarks(provider.GetRequiredService<CacheFolder>(), provider.GetRequiredService<OpeningMarks>().Path, Logger(provider, LogEvents.Storage)),
                provider.GetRequiredService<CacheFolder>(),
                provider.GetRequiredService<IQuarantineChannel>(),
                provider.GetRequiredService<IModelStore>().Name,
                provider.GetRequiredService<IInferenceBackend>().TriesModels,
                provider.GetRequiredService<IInferenceBackend>() as IModelForms,
                provider.GetRequiredService<TimeProvider>(),
                Logger(provider, LogEvents.Loading))
            : null!);
        return services;
    }

    private static KeptQuarantine Keep(IServiceProvider provider)
    {
        var folder = new QuarantineFolder(provider.GetRequiredService<CacheFolder>(), Logger(provider, LogEvents.Storage));
        return new KeptQuarantine(
            provider.GetRequiredService<QuarantinedModels>(), folder, new QuarantineWriter(folder.Write), Logger(provider, LogEvents.Loading));
    }

    private static bool Opens(IServiceProvider provider) => provider.GetService<IModelStore>() is not null && provider.GetService<IInferenceBackend>() is not null;

    private static ILogger Logger(IServiceProvider provider, string category) =>
        provider.GetRequiredService<ILoggerFactory>().CreateLogger(category);
}
