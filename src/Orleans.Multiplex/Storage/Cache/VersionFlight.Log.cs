using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Storage.Cache;

internal sealed partial class VersionFlight
{
    private void LogFetching()
    {
        var report = Progress.Read()!;
        LogFetching(
            _name,
            new ByteSize(report.Bytes),
            new ByteSize(report.TotalBytes),
            new ByteSize(report.BytesPerSecond),
            report.Remaining is { } remaining ? $"about {Math.Ceiling(remaining.TotalSeconds)} s left" : "nothing comes");
    }

    [LoggerMessage(LogEvents.StorageIds + 20, LogLevel.Information, "Fetching the files of model '{Model}': {Bytes} of {Total}, {Rate}/s, {Left}.")]
    private partial void LogFetching(string model, ByteSize bytes, ByteSize total, ByteSize rate, string left);

    [LoggerMessage(EventId = LogEvents.StorageIds + 21, Message = "Fetched the files of model '{Model}', {Bytes}, in {Milliseconds:0.0}ms.")]
    private partial void LogFetched(LogLevel level, string model, ByteSize bytes, double milliseconds);

    [LoggerMessage(LogEvents.StorageIds + 23, LogLevel.Warning, "The cache of models has a fault: {Fault}")]
    private partial void LogFault(string fault);

    [LoggerMessage(LogEvents.StorageIds + 25, LogLevel.Warning, "The files of model '{Model}' were fetched and are in use, but cannot be kept: {Fault}")]
    private partial void LogNotKept(string model, string fault);
}
