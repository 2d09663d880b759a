using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.Traces;

namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>Runs an endpoint: logs its start and outcome, and turns every error into a response.</summary>
internal sealed class ErrorBoundary(TimeProvider time, IHostEnvironment environment, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger(HttpLog.Category);

    /// <summary>Notes the model of a request, once it is known to be an id, for the log.</summary>
    public static void SetModel(HttpContext context, string model)
    {
        if (context.Features.Get<NamedModel>() is { } named)
        {
            named.Model = model;
        }
    }

    /// <summary>
    /// Makes the place where the model is noted, before anything else is done with the request: a request's features may not be changed while others read them,
    /// as the reading of a stream does.
    /// </summary>
    public static void Begin(HttpContext context) => context.Features.Set(new NamedModel());

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, the caller gets an answer.")]
    public async Task RunAsync(HttpContext context, string route, RequestDelegate handler)
    {
        var start = time.GetTimestamp();
        LogStarted(context, route);
        try
        {
            await handler(context);
            LogEnded(context, context.Response.StatusCode, start);
        }
        catch (Exception error) when (IsClientGone(context, error))
        {
            _logger.ClientGone(RequestTrace.IdOf(context), Elapsed(start), ModelOf(context));
        }
        catch (Exception error)
        {
            await AnswerAsync(context, error, route, start);
        }
    }

    /// <summary>The model noted; empty when none is.</summary>
    public static string ModelOf(HttpContext context) => context.Features.Get<NamedModel>()?.Model ?? "";

    // A request without a trace gets an id when it is asked for one.
    private void LogStarted(HttpContext context, string route)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            _logger.RequestStarted(RequestTrace.IdOf(context), context.Request.Method, route);
        }
    }

    private void LogEnded(HttpContext context, int status, long start)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            _logger.RequestEnded(RequestTrace.IdOf(context), status, Elapsed(start), ModelOf(context));
        }
    }

    private static bool IsClientGone(HttpContext context, Exception error) =>
        error is ConnectionResetException
        || (context.RequestAborted.IsCancellationRequested && error is OperationCanceledException or IOException or MultiplexException);

    private async Task AnswerAsync(HttpContext context, Exception error, string route, long start)
    {
        var report = ErrorMapping.Find(error);
        if (report is null)
        {
            _logger.RequestFailed(error, RequestTrace.IdOf(context), context.Request.Method, route, Elapsed(start), ModelOf(context));
            report = Unexpected(context, error);
        }

        if (context.Response.HasStarted || context.Response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })
        {
            // Half an answer is out, or on its way and cannot be taken back. Cutting it off is the only way left to say that it is not whole.
            context.Abort();
            return;
        }

        try
        {
            context.Response.Clear();
            RequestTrace.Tell(context);
            await ErrorResponse.WriteAsync(context, report);
            LogEnded(context, report.Status, start);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            _logger.ClientGone(RequestTrace.IdOf(context), Elapsed(start), ModelOf(context));
        }
    }

    private ErrorReport Unexpected(HttpContext context, Exception error) =>
        environment.IsDevelopment()
            ? new ErrorReport(StatusCodes.Status500InternalServerError, error.ToString())
            : new ErrorReport(StatusCodes.Status500InternalServerError, "internal error")
            {
                TraceId = RequestTrace.IdOf(context),
            };

    private double Elapsed(long start) => time.GetElapsedTime(start).TotalMilliseconds;

    private sealed class NamedModel
    {
        public string Model { get; set; } = "";
    }
}
