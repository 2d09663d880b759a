using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.Traces;

namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>What <see cref="ErrorBoundary"/> is to HTTP, for gRPC: logs a call's start and outcome, and turns every error into a status.</summary>
internal sealed class RpcErrorBoundary(TimeProvider time, IHostEnvironment environment, ILoggerFactory loggers) : Interceptor
{
    private readonly ILogger _logger = loggers.CreateLogger(HttpLog.Category);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        RunCallAsync(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunCallAsync(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunCallAsync(context, () => WaitAsync(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunCallAsync(context, () => WaitAsync(continuation(requestStream, responseStream, context)), isOfMany: true);

    /// <summary>Runs a call, or one request of a stream: logs its outcome, and turns every error into a status.</summary>
    /// <param name="context">The call.</param>
    /// <param name="answer">Answers.</param>
    /// <param name="model">The model, once it is known to be an id, for the log.</param>
    /// <param name="cancellationToken">By which the answering may have been cancelled.</param>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, the caller gets an answer.")]
    public async Task<T> RunAsync<T>(ServerCallContext context, Func<Task<T>> answer, Func<string> model, CancellationToken cancellationToken)
    {
        var http = context.GetHttpContext();
        var start = time.GetTimestamp();
        try
        {
            var response = await answer();
            _logger.CallEnded(RequestTrace.IdOf(http), StatusCode.OK, Elapsed(start), model());
            return response;
        }
        catch (Exception error) when (IsCancelled(error, cancellationToken))
        {
            // By its deadline or by its client: in both cases the status does not come from here any more.
            _logger.ClientGone(RequestTrace.IdOf(http), Elapsed(start), model());
            throw new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        }
        catch (Exception error)
        {
            var known = error as RpcException ?? RpcErrors.Find(error);
            if (known is null)
            {
                _logger.RequestFailed(error, RequestTrace.IdOf(http), "gRPC", context.Method, Elapsed(start), model());
                throw Unexpected(http, error);
            }

            _logger.CallEnded(RequestTrace.IdOf(http), known.StatusCode, Elapsed(start), model());
            throw known;
        }
    }

    // What a stream answers has been written by then.
    private static async Task<bool> WaitAsync(Task stream)
    {
        await stream;
        return true;
    }

    // A stream of requests is of no one model; each of its requests is told by itself.
    private Task<T> RunCallAsync<T>(ServerCallContext context, Func<Task<T>> answer, bool isOfMany = false)
    {
        var http = context.GetHttpContext();
        _logger.RequestStarted(RequestTrace.IdOf(http), "gRPC", context.Method);
        return RunAsync(context, answer, () => isOfMany ? "" : ErrorBoundary.ModelOf(http), context.CancellationToken);
    }

    private static bool IsCancelled(Exception error, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested && error is (OperationCanceledException or IOException or MultiplexException or RpcException);

    private RpcException Unexpected(HttpContext context, Exception error) => new(new Status(
        StatusCode.Internal,
        environment.IsDevelopment() ? ErrorText.Cut(error.ToString(), ErrorText.MaxRpcBytes) : $"internal error (trace {RequestTrace.IdOf(context)})"));

    private double Elapsed(long start) => time.GetElapsedTime(start).TotalMilliseconds;
}
