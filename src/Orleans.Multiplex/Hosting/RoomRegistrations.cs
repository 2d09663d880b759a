using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Configuration.Internal;
using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Grains.Control;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Metrics;
using Orleans.Runtime.GrainDirectory;

namespace Orleans.Multiplex.Hosting;

/// <summary>What each room brings to the silo.</summary>
internal static class RoomRegistrations
{
    /// <summary>How many grains' addresses a process keeps; of the models that it has asked for longest ago the directory is asked again.</summary>
    private const int CachedAddresses = 100_000;

    public static IServiceCollection AddPlacement(this IServiceCollection services)
    {
        services.AddPlacementDirector<ModelQuotaPlacement, ModelQuotaPlacementDirector>(ServiceLifetime.Transient);
        services.AddPlacementDirector<CopyPlacement, CopyPlacementDirector>();
        services.TryAddSingleton<IGrainDirectoryCache, EvictionAwareDirectoryCache>();
        services.Configure<GrainDirectoryOptions>(static directory =>
        {
            directory.CachingStrategy = GrainDirectoryOptions.CachingStrategyType.Custom;

            // Orleans' million is a table that takes its room empty or full, and is walked each second where its dashboard is on. Who has set another keeps it.
            if (directory.CacheSize == GrainDirectoryOptions.DEFAULT_CACHE_SIZE)
            {
                directory.CacheSize = CachedAddresses;
            }
        });
        services.AddSingleton<ClusterResidencyView>();
        services.AddSingleton<UnattachedResidents>();
        services.AddSingleton<KnownFootprints>();
        services.AddSingleton(provider => new PinnedModels(
            provider.GetRequiredService<SiloRoleHolder>().Role == SiloRole.HoldsModels ? [.. Settings(provider).Pinned.Distinct(StringComparer.Ordinal)] : [],
            provider.GetRequiredService<ClusterResidencyView>()));
        services.AddSingleton<QuarantinedModels>();
        services.AddSingleton<PlacementDecisions>();
        services.AddSingleton(provider => new PlacementSnapshots(
            provider.GetRequiredService<ClusterResidencyView>(),
            provider.GetService<ResidencyPublisher>(),
            provider.GetRequiredService<ILocalSiloDetails>()));
        services.AddSingleton<MultiplexedClasses>();
        services.AddOptions<GrainTypeOptions>().PostConfigure<SiloParts>((types, parts) => MultiplexedClasses.LeaveOut(types, parts));
        services.AddSingleton<SiloParts>();
        return services;
    }

    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        // Null where no store is set: who needs one asks for it as optional.
        services.TryAddSingleton<IModelStore>(provider =>
            provider.GetRequiredService<IOptions<MultiplexOptions>>().Value.Models is { } models
                ? StoreAddress.Find(models, provider.GetServices<IModelStoreScheme>())?.Create(models)
                    ?? new FolderModelStore(models, new FolderNames(provider.GetRequiredService<TimeProvider>()), Logger(provider, LogEvents.Storage))
                : null!);
        services.AddSingleton<MeasuredStore>(provider => provider.GetService<IModelStore>() is { } store
            ? new MeasuredStore(store, provider.GetRequiredService<SiloInstruments>(), provider.GetRequiredService<TimeProvider>())
            : null!);
        services.AddSingleton<CacheFolder>(provider => provider.GetService<IModelStore>() is null ? null! : CacheFolder.Open(Settings(provider).Cache.Path));
        services.AddSingleton<ArtifactCache>(provider =>
        {
            if (provider.GetService<MeasuredStore>() is not { } store)
            {
                return null!;
            }

            var cache = new ArtifactCache(
                store,
                provider.GetRequiredService<CacheFolder>(),
                Settings(provider).Cache.MaxBytes?.Bytes,
                provider.GetRequiredService<TimeProvider>(),
                Logger(provider, LogEvents.Storage));
            cache.Start();
            return cache;
        });
        return services;
    }

    public static IServiceCollection AddResidency(this IServiceCollection services)
    {
        services.AddSingleton<UseClock>();
        services.AddSingleton<ResidencyLedger>();
        services.AddSingleton(provider => new SiloQuota(
            provider.GetRequiredService<GrainPools>().All,
            new ModelMemory(
                Settings(provider).MaxBytesPerSilo?.Bytes ?? GetDefaultMaxBytes(),
                Settings(provider).MaxMappedBytesPerSilo?.Bytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
            new RoomWaitLimits(
                Settings(provider).Load.MaxWaiting, Settings(provider).Load.RoomTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)),
            provider.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new MachineMemory(
            provider.GetRequiredService<ClusterResidencyView>(),
            Environment.MachineName,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Logger(provider, LogEvents.Residency)));
        services.AddSingleton<RoomClaims>();
        services.AddSingleton<RoomOfOlder>();
        services.AddSingleton(provider => new ThrashDetector(provider.GetRequiredService<TimeProvider>(), Logger(provider, LogEvents.Residency)));
        services.AddSingleton(provider => new EvictionService(
            provider.GetRequiredService<SiloQuota>(),
            provider.GetRequiredService<ResidencyLedger>(),
            provider.GetRequiredService<RoomClaims>(),
            ActivatorUtilities.CreateInstance<PinnedResidents>(provider, ActivatorUtilities.CreateInstance<PinRoom>(provider)),
            provider.GetRequiredService<ThrashDetector>(),
            provider.GetRequiredService<SiloTelemetry>(),
            new EvictionOptions { DrainPatience = Settings(provider).Load.DrainPatience },
            provider.GetRequiredService<TimeProvider>(),
            Logger(provider, LogEvents.Residency)));
        services.AddSingleton(provider => new ResidencyPublisher(
            provider.GetRequiredService<SiloQuota>(),
            provider.GetRequiredService<EvictionService>(),
            provider.GetRequiredService<PinnedModels>(),
            provider.GetRequiredService<KnownFootprints>(),
            provider.GetService<ArtifactCache>() is { } cache ? new CachedModelsNews(cache.Models.Read, provider.GetRequiredService<TimeProvider>()) : null,
            provider.GetRequiredService<IResidencyChannel>(),
            provider.GetRequiredService<ILocalSiloDetails>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<QuarantinedModels>(),
            provider.GetRequiredService<SiloLoad>()));
        services.AddSingleton<SiloLoad>();
        services.AddSingleton<FileUses>();
        services.AddFromExisting<ILifecycleParticipant<ISiloLifecycle>, FileUses>();
        services.AddSingleton<ResidencyLifecycle>();
        services.AddFromExisting<ILifecycleParticipant<ISiloLifecycle>, ResidencyLifecycle>();
        return services;
    }

    public static IServiceCollection AddLoading(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ModelLoader(
            provider.GetRequiredService<ResidencyLedger>(),
            provider.GetRequiredService<SiloQuota>(),
            provider.GetRequiredService<EvictionService>(),
            new RoomBeside(
                provider.GetRequiredService<SiloQuota>(),
                provider.GetRequiredService<EvictionService>(),
                Settings(provider).Versions.SwapTimeout,
                provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<KnownFootprints>(),
            provider.GetService<ArtifactCache>(),
            Settings(provider).Load,
            provider.GetRequiredService<SiloTelemetry>(),
            provider.GetRequiredService<TimeProvider>(),
            Logger(provider, LogEvents.Loading)));
        services.AddSingleton(provider => new VersionSwap(
            provider.GetRequiredService<ResidencyLedger>(),
            provider.GetRequiredService<ModelLoader>(),
            provider.GetRequiredService<EvictionService>(),
            Settings(provider).Versions,
            provider.GetRequiredService<TimeProvider>(),
            Logger(provider, LogEvents.Loading)));
        services.AddSingleton(provider => new VersionWatch(
            provider.GetRequiredService<ResidencyLedger>(),
            provider.GetRequiredService<VersionSwap>(),
            Settings(provider).Versions,
            provider.GetRequiredService<TimeProvider>(),
            Logger(provider, LogEvents.Loading)));
        services.AddFromExisting<ILifecycleParticipant<ISiloLifecycle>, VersionWatch>();
        services.AddQuarantine().AddSingleton<BackendOpener>();

        // Null where there is no store or nothing that reads its models; then the built-in grain class is left out too.
        services.AddSingleton<ModelCatalog>(provider =>
            provider.GetService<MeasuredStore>() is { } store && provider.GetService<IInferenceBackend>() is { } backend
                ? new ModelCatalog(store, provider.GetRequiredService<ArtifactCache>(), backend)
                : null!);
        return services;
    }

    public static IServiceCollection AddExecution(this IServiceCollection services)
    {
        services.AddSingleton(provider => new InferenceScheduler(
            new InferenceSchedulerOptions(
                Settings(provider).Execution.Threads is var threads and > 0 ? threads : Environment.ProcessorCount,
                Settings(provider).Execution.MaxQueued,
                Settings(provider).Execution.MaxQueuedPerModel,
                TimeSpan.FromSeconds(1)),
            provider.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName,
            provider.GetRequiredService<TimeProvider>(),
            Logger(provider, LogEvents.Execution)));
        services.AddSingleton(provider => new BatchLimits(Settings(provider).Execution.MaxBatchSize, Settings(provider).Execution.MaxQueueDelay));
        services.AddSingleton(provider => new InferenceRunner(
            provider.GetRequiredService<InferenceScheduler>(),
            provider.GetRequiredService<BatchLimits>(),
            ArrayPool<byte>.Shared,
            provider.GetRequiredService<TimeProvider>(),
            Logger(provider, LogEvents.Execution)));
        services.AddSingleton(provider => new InferenceStatistics(provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    public static IServiceCollection AddGrains(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<MultiplexedClasses>().CreatePools(Settings(provider)));
        services.AddSingleton(provider => new CallOptions(
            Settings(provider).RequestTimeout,
            Settings(provider).MaxRequestTimeout,
            provider.GetRequiredService<IOptions<SiloMessagingOptions>>().Value.MaxMessageBodySize - CallLimits.MessageOverhead));
        services.AddSingleton<ItemBatches>();
        services.AddSingleton(provider => new CallLog(provider.GetRequiredService<TimeProvider>(), Logger(provider, LogEvents.Grains)));
        services.AddSingleton<PassOnLimiter>();
        services.AddSingleton<PassOnRule>();
        services.AddSingleton<PassingOn>();
        services.AddSingleton(provider => new ModelAttachments(
            provider.GetRequiredService<ModelLoader>(),
            provider.GetRequiredService<ResidencyLedger>(),
            provider.GetRequiredService<SiloQuota>(),
            provider.GetRequiredService<ResidencyPublisher>(),
            provider.GetRequiredService<RoomClaims>(),
            provider.GetRequiredService<PassingOn>(),
            provider.GetRequiredService<KnownFootprints>(),
            provider.GetRequiredService<ModelCopies>(),
            provider.GetRequiredService<TimeProvider>(),
            Logger(provider, LogEvents.Grains)));
        services.AddSingleton(provider => new ModelKeeper(
            provider.GetRequiredService<PinnedModels>(),
            provider.GetRequiredService<CopySettings>().Preloaded,
            provider.GetRequiredService<ClusterResidencyView>(),
            provider.GetRequiredService<IGrainFactory>(),
            provider.GetRequiredService<ILocalSiloDetails>(),
            provider.GetRequiredService<SiloParts>().HoldsModels,
            provider.GetRequiredService<TimeProvider>(),
            Logger(provider, LogEvents.Grains)));
        services.AddFromExisting<ILifecycleParticipant<ISiloLifecycle>, ModelKeeper>();
        services.AddSingleton(provider => new QuarantineLifecycle(
            provider.GetService<OpeningGuard>(),
            provider.GetRequiredService<QuarantinedModels>(),
            provider.GetRequiredService<ModelAttachments>()));
        services.AddFromExisting<ILifecycleParticipant<ISiloLifecycle>, QuarantineLifecycle>();
        services.AddSingleton<SiloStatistics>();
        services.AddSingleton<HeldReport>();
        services.AddSingleton<InferenceCalls>();
        services.AddSingleton<ILocalModels, LocalModels>();
        services.AddScoped<ModelAttachment>();
        services.AddScoped<GrainCalls>();
        return services;
    }

    /// <summary>60 % of what the process may use: the rest is for what runs need beside the models, and for the process itself.</summary>
    private static long GetDefaultMaxBytes() => (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 0.6);

    private static MultiplexOptions Settings(IServiceProvider provider) => provider.GetRequiredService<IOptions<MultiplexOptions>>().Value;

    private static ILogger Logger(IServiceProvider provider, string category) =>
        provider.GetRequiredService<ILoggerFactory>().CreateLogger(category);
}
