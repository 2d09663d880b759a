using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.AspNetCore.Hosting;

/// <summary>The log events of the HTTP and gRPC endpoints: ids 2000 to 2099. A route is logged as its pattern: a path is data, unchecked.</summary>
internal static partial class HttpLog
{
    public const string Category = "Multiplex.Http";

    [LoggerMessage(2000, LogLevel.Debug, "Request {TraceId}: {Verb} {Route}.")]
    public static partial void RequestStarted(this ILogger logger, string traceId, string verb, string route);

    [LoggerMessage(2001, LogLevel.Debug, "Request {TraceId}: answered {Status} in {Milliseconds:0.0}ms. Model: '{Model}'.")]
    public static partial void RequestEnded(this ILogger logger, string traceId, int status, double milliseconds, string model);

    [LoggerMessage(2002, LogLevel.Debug, "Request {TraceId}: its client went away after {Milliseconds:0.0}ms. Model: '{Model}'.")]
    public static partial void ClientGone(this ILogger logger, string traceId, double milliseconds, string model);

    [LoggerMessage(2003, LogLevel.Error, "Request {TraceId}: {Verb} {Route} failed unexpectedly after {Milliseconds:0.0}ms. Model: '{Model}'.")]
    public static partial void RequestFailed(
        this ILogger logger, Exception error, string traceId, string verb, string route, double milliseconds, string model);

    [LoggerMessage(2004, LogLevel.Debug, "Request {TraceId}: answered {Status} in {Milliseconds:0.0}ms. Model: '{Model}'.")]
    public static partial void CallEnded(this ILogger logger, string traceId, StatusCode status, double milliseconds, string model);

    [LoggerMessage(2020, LogLevel.Debug, "Request {TraceId}: {Verb} {Route} refused. Key: '{Key}'. Reason: {Reason}.")]
    public static partial void RequestRefused(this ILogger logger, string traceId, string verb, string route, string key, RefusalReason reason);

    [LoggerMessage(2021, LogLevel.Warning, "Refused {Count} request(s), the last one to {Route} from {Address}. Key: '{Key}'. {Message}")]
    public static partial void Refusing(this ILogger logger, long count, string route, string address, string key, string message);
}
