using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Hosting;

namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>What <see cref="ErrorBoundary"/> is to HTTP, for gRPC: logs a call's start and outcome, and turns every error into a status.</summary>
internal sealed class RpcErrorBoundary(TimeProvider time, IHostEnvironment environment, ILoggerFactory loggers) : Interceptor
{
    private readonly ILogger _logger = loggers.CreateLogger(HttpLog.Category);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => WaitAsync(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => WaitAsync(continuation(requestStream, responseStream, context)));

    // What a stream answers has been written by then.
    private static async Task<bool> WaitAsync(Task stream)
    {
        await stream;
        return true;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, the caller gets an answer.")]
    private async Task<TResponse> RunAsync<TResponse>(ServerCallContext context, Func<Task<TResponse>> answer)
    {
        var http = context.GetHttpContext();
        var start = time.GetTimestamp();
        _logger.RequestStarted(http.TraceIdentifier, "gRPC", context.Method);
        try
        {
            var response = await answer();
            _logger.CallEnded(http.TraceIdentifier, StatusCode.OK, Elapsed(start), ErrorBoundary.ModelOf(http));
            return response;
        }
        catch (Exception error) when (IsCancelled(context, error))
        {
            // By its deadline or by its client: in both cases the status does not come from here any more.
            _logger.ClientGone(http.TraceIdentifier, Elapsed(start), ErrorBoundary.ModelOf(http));
            throw new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        }
        catch (Exception error)
        {
            var known = RpcErrors.Find(error);
            if (known is null)
            {
                _logger.RequestFailed(error, http.TraceIdentifier, "gRPC", context.Method, Elapsed(start), ErrorBoundary.ModelOf(http));
                throw Unexpected(http, error);
            }

            _logger.CallEnded(http.TraceIdentifier, known.StatusCode, Elapsed(start), ErrorBoundary.ModelOf(http));
            throw known;
        }
    }

    private static bool IsCancelled(ServerCallContext context, Exception error) =>
        context.CancellationToken.IsCancellationRequested && error is (OperationCanceledException or IOException or MultiplexException);

    private RpcException Unexpected(HttpContext context, Exception error) => new(new Status(
        StatusCode.Internal,
        environment.IsDevelopment() ? error.ToString() : $"internal error (trace {Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier})"));

    private double Elapsed(long start) => time.GetElapsedTime(start).TotalMilliseconds;
}
