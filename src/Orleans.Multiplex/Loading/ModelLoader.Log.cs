using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading;

internal sealed partial class ModelLoader
{
    [LoggerMessage(LogEvents.LoadingIds + 0, LogLevel.Information, "Loading model '{Model}'.")]
    private partial void LogLoading(string model);

    [LoggerMessage(LogEvents.LoadingIds + 1, LogLevel.Information, "Successfully loaded model '{Model}' in {Milliseconds:0.0}ms.")]
    private partial void LogLoaded(string model, double milliseconds);

    [LoggerMessage(LogEvents.LoadingIds + 2, LogLevel.Error, "Failed to load model '{Model}'. {Reason}")]
    private partial void LogLoadFailed(string model, string reason);

    [LoggerMessage(LogEvents.LoadingIds + 3, LogLevel.Information, "Stopped loading model '{Model}'.")]
    private partial void LogLoadStopped(string model);

    [LoggerMessage(LogEvents.LoadingIds + 4, LogLevel.Warning,
        "The load of model '{Model}' was ended and goes on all the same, deaf to its token; what it has in memory keeps its room until it ends.")]
    private partial void LogLeftBehind(string model);
}
