using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading;

internal sealed partial class VersionSwap
{
    [LoggerMessage(LogEvents.LoadingIds + 20, LogLevel.Information,
        "Model '{Model}' has changed in the store: version {Version} is loaded beside the one that answers.")]
    private partial void LogBegun(string model, long version);

    [LoggerMessage(LogEvents.LoadingIds + 21, LogLevel.Information, "Model '{Model}' answers by version {Version} of the store as it is now.")]
    private partial void LogSwapped(string model, long version);

    [LoggerMessage(EventId = LogEvents.LoadingIds + 22,
        Message = "There is no room for version {Version} of model '{Model}' beside the one that answers, which goes on; it is tried again in {Pause}. {Reason}")]
    private partial void LogPostponed(LogLevel level, string model, long version, TimeSpan pause, string reason);

    [LoggerMessage(LogEvents.LoadingIds + 23, LogLevel.Warning,
        "There is no room for version {Version} of model '{Model}' beside the one that answers, which is unloaded when no request uses it; the next request loads the new one. {Reason}")]
    private partial void LogSwappedCold(string model, long version, string reason);

    [LoggerMessage(EventId = LogEvents.LoadingIds + 27,
        Message = "Version {Version} of model '{Model}' cannot be fetched; the one that answers goes on, and it is tried again in {Pause}. {Reason}")]
    private partial void LogNotFetched(LogLevel level, string model, long version, TimeSpan pause, string reason);

    [LoggerMessage(LogEvents.LoadingIds + 24, LogLevel.Warning,
        "Version {Version} of model '{Model}', as the store has it now, cannot be loaded; the one that answers goes on. It is tried again when it changes, or {Pause} from now. {Reason}")]
    private partial void LogFailed(string model, long version, TimeSpan pause, string reason);
}
