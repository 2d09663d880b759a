using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.S3;

internal static partial class S3Log
{
    [LoggerMessage(EventId = LogEvents.S3Ids + 0, Message = "The store '{Store}' is unavailable: {Server} {Reason}.")]
    public static partial void Failing(ILogger logger, LogLevel level, string store, string server, string reason);

    [LoggerMessage(LogEvents.S3Ids + 1, LogLevel.Information, "The store '{Store}' is available again: {Server} answers.")]
    public static partial void AnswersAgain(ILogger logger, string store, string server);

    [LoggerMessage(LogEvents.S3Ids + 2, LogLevel.Warning,
        "File '{File}' of model '{Model}' broke off at byte {Position}: the server {Reason}. It goes on there in {Milliseconds} ms (try {Try} of {Tries} in a row of this part).")]
    public static partial void BrokeOff(ILogger logger, string file, string model, long position, string reason, double milliseconds, int @try, int tries);

    [LoggerMessage(LogEvents.S3Ids + 3, LogLevel.Debug, "Fetched file '{File}' of model '{Model}': {Bytes} bytes in {Milliseconds:0.0}ms.")]
    public static partial void Fetched(ILogger logger, string file, string model, long bytes, double milliseconds);

    [LoggerMessage(LogEvents.S3Ids + 4, LogLevel.Trace, "Read a page of {Count} keys to look for '{Model}' (all models where it is empty).")]
    public static partial void ListedPage(ILogger logger, int count, string model);
}
