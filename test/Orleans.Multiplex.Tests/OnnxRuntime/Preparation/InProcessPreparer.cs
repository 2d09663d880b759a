using Microsoft.Extensions.Logging;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Preparation;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

/// <summary>Prepares models in this process, on a thread of its own.</summary>
internal sealed class InProcessPreparer(ILoggerFactory loggers, TimeProvider time) : IModelPreparer
{
    private static readonly TimeSpan RunTime = TimeSpan.FromSeconds(30);

    public long GetLimitBytes(ModelFiles original) => long.MaxValue;

    public Task<PreparationOutcome> PrepareAsync(ModelFiles original, string folder, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => new ModelPreparation(loggers, time, RunTime).Prepare(original, folder, cancellationToken),
        cancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
