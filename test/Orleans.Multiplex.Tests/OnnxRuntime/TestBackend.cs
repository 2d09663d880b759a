using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>The backend with its parts, as a silo has it.</summary>
internal sealed class TestBackend(ILogger? log = null, IModelPreparer? preparer = null, ModelCheck? check = null, TimeProvider? time = null) : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton<ILoggerFactory>(new OneLog(log ?? NullLogger.Instance))
        .AddSingleton(time ?? TimeProvider.System)
        .AddSingleton(provider => preparer ?? new InProcessPreparer(provider.GetRequiredService<ILoggerFactory>(), TimeProvider.System))
        .AddSingleton<PreparedModels>()
        .AddSingleton<PreparationQueue>()
        .AddSingleton<HeapTrimmer>()
        .AddSingleton<PoolTrimmer>()
        .AddSingleton(static provider => new SessionHooks(
            OnFreed: provider.GetRequiredService<HeapTrimmer>().Freed, OnRan: provider.GetRequiredService<PoolTrimmer>().Ran))
        .AddSingleton(provider => check is null ? ActivatorUtilities.CreateInstance<OnnxBackend>(provider) : ActivatorUtilities.CreateInstance<OnnxBackend>(provider, check))
        .BuildServiceProvider();

    public OnnxBackend Backend => _services.GetRequiredService<OnnxBackend>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class OneLog(ILogger log) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
