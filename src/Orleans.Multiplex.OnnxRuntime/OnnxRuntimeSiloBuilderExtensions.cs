using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Configuration.Internal;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.OnnxRuntime.Sharing;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Settings;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Hosting;

/// <summary>Adds ONNX Runtime to a silo.</summary>
public static class OnnxRuntimeSiloBuilderExtensions
{
    /// <summary>
    /// Serves the store's ONNX models on this silo: every folder that has a <c>model.onnx</c>. Models run on the processor, each request on
    /// one inference thread. Each is checked in a worker process before this one opens it, unless <see cref="CheckOptions.Trusted"/> says otherwise. Calling it
    /// again changes nothing but what <paramref name="configure"/> changes.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Changes what the settings say of the check (<c>Multiplex:Models</c>).</param>
    public static ISiloBuilder AddOnnxRuntime(this ISiloBuilder builder, Action<CheckOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddSettings<CheckOptions, CheckOptionsValidator>(builder.Configuration);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(static service => service.ServiceType == typeof(ModelCheck)))
        {
            return builder;
        }

        services.TryAddSingleton<FindWorker>(WorkerCommand.Find);
        services.AddSingleton(CreateWorker);
        services.AddSingleton(CreateCheck);
        services.AddSingleton<CheckLifecycle>();
        services.AddFromExisting<ILifecycleParticipant<ISiloLifecycle>, CheckLifecycle>();
        services.TryAddSingleton<PreparedModels>();
        services.TryAddSingleton<IModelPreparer>(static provider =>
            new WorkerPreparer(provider.GetRequiredService<IModelWorker>(), () => GetMaxBytes(provider)));
        services.TryAddSingleton<PreparationQueue>();
        services.TryAddSingleton<HeapTrimmer>();
        services.TryAddSingleton<PoolTrimmer>();
        services.TryAddSingleton(static provider => new SessionHooks(
            OnFreed: provider.GetRequiredService<HeapTrimmer>().Freed,
            OnRan: provider.GetRequiredService<PoolTrimmer>().Ran));
        services.TryAddSingleton<IInferenceBackend>(static provider => new OnnxBackend(
            provider.GetRequiredService<PreparedModels>(),
            provider.GetRequiredService<PreparationQueue>(),
            provider.GetRequiredService<SessionHooks>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<TimeProvider>(),
            IsTrusting(provider) ? null : provider.GetRequiredService<ModelCheck>()));
        return builder;
    }

    private static IModelWorker CreateWorker(IServiceProvider provider)
    {
        var find = provider.GetRequiredService<FindWorker>();

        // Other processes are waited for, on no clock but the real one.
        var own = new ModelWorker(() => find(out var fault) ?? throw new IOException(fault), TimeProvider.System, Logger(provider));
        return provider.GetService<CacheFolder>() is { } folder
            ? new MachineWorker(own, new WorkerPlace(folder), TimeProvider.System, Logger(provider))
            : own;
    }

    private static ModelCheck CreateCheck(IServiceProvider provider) => new(
        provider.GetRequiredService<IModelWorker>(), provider.GetRequiredService<IOptions<CheckOptions>>().Value, () => GetMaxBytes(provider), Logger(provider));

    private static bool IsTrusting(IServiceProvider provider) => provider.GetRequiredService<IOptions<CheckOptions>>().Value.Trusted;

    private static long GetMaxBytes(IServiceProvider provider) => provider.GetRequiredService<SiloQuota>().MaxBytes;

    private static ILogger Logger(IServiceProvider provider) => provider.GetRequiredService<ILoggerFactory>().CreateLogger(LogEvents.Execution);
}
