using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration.Internal;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Grains.Control;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Grains.Events;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;

namespace Orleans.Multiplex.Hosting;

/// <summary>What silos tell and ask each other, on every silo, whatever its role.</summary>
internal static class ExchangeRegistrations
{
    public static ISiloBuilder AddExchange(this ISiloBuilder builder)
    {
        builder.Services.AddSingleton<ResidencyChannel>();
        builder.Services.AddFromExisting<IResidencyChannel, ResidencyChannel>();
        builder.Services.AddSingleton<SiloReports>();
        builder.Services.AddSingleton(provider => new SiloModels(
            provider.GetService<ResidencyLedger>(),
            provider.GetService<EvictionService>(),
            provider.GetRequiredService<PinnedModels>(),
            provider.GetService<ResidencyPublisher>(),
            provider.GetRequiredService<ILocalSiloDetails>(),
            provider.GetService<ModelCopies>()));
        builder.Services.AddSingleton(provider => new StoreInquiry(
            provider.GetService<ModelCatalog>(), provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<ResidencyInquiry>();
        builder.Services.AddSingleton<RecentChanges>();
        builder.Services.AddSingleton<IHolderSearch, HolderSearch>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, FirstLook>();
        builder.Services.AddSingleton<EventReading>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, MembershipEvents>();
        builder.Services.AddSingleton<ClusterStore>();
        builder.Services.AddSingleton<PinStorage>();
        builder.Services.AddSingleton<QuarantineControl>();
        return builder.AddGrainService<ResidencyExchange>();
    }
}
