using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading;

internal sealed partial class ModelLoader
{
    [LoggerMessage(LogEvents.LoadingIds + 0, LogLevel.Information, "Loading model '{Model}'.")]
    private partial void LogLoading(string model);

    [LoggerMessage(LogEvents.LoadingIds + 1, LogLevel.Information, "Successfully loaded model '{Model}' in {Milliseconds:0.0}ms.")]
    private partial void LogLoaded(string model, double milliseconds);
}
