using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Preparation;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>The backend with its parts, as a silo has it.</summary>
internal sealed class TestBackend(ILogger? log = null, IModelPreparer? preparer = null) : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton<ILoggerFactory>(new OneLog(log ?? NullLogger.Instance))
        .AddSingleton(TimeProvider.System)
        .AddSingleton(provider => preparer ?? ActivatorUtilities.CreateInstance<InProcessPreparer>(provider))
        .AddSingleton<PreparedModels>()
        .AddSingleton<PreparationQueue>()
        .AddSingleton<HeapTrimmer>()
        .AddSingleton<OnnxBackend>()
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
