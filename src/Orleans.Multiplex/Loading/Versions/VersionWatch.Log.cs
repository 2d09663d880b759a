using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading;

internal sealed partial class VersionWatch
{
    [LoggerMessage(EventId = LogEvents.LoadingIds + 25,
        Message = "The store could not be asked whether model '{Model}' has changed; resident models go on as they are, and it is asked again. {Error}")]
    private partial void LogNotAsked(LogLevel level, string model, string error);

    [LoggerMessage(EventId = LogEvents.LoadingIds + 26,
        Message = "To ask the store whether the {Count} resident models have changed takes longer than Multiplex:Versions:RefreshInterval ({Interval}), so changes are noticed later. Set it longer, or let the silo hold fewer models.")]
    private partial void LogLate(LogLevel level, int count, TimeSpan interval);
}
