using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>
/// One stream of requests, each of which is answered once, in the order of the requests. Some run side by side; while these are not
/// answered, no more are read, and the client's writing waits.
/// </summary>
/// <param name="call">Answers one request.</param>
/// <param name="boundary">Turns errors into statuses.</param>
/// <param name="answers">Where the answers go.</param>
/// <param name="context">The call.</param>
/// <param name="stopping">Fires when the server stops: what has been read is answered, and nothing more is read.</param>
internal sealed class InferStream(
    InferCall call,
    RpcErrorBoundary boundary,
    IServerStreamWriter<ModelStreamInferResponse> answers,
    ServerCallContext context,
    CancellationToken stopping) : IDisposable
{
    /// <summary>
    /// How many requests are in work at once. Enough that the inference threads of a silo have work while answers are on their way; few
    /// enough that one stream takes little of the queues and of the bytes in flight. Who wants more opens more streams.
    /// </summary>
    public const int MaxOutstanding = 8;

    // Triton's: the client wants an error as the status of the call, which it ends.
    private const string ErrorsEndMetadata = "triton_grpc_error";

    private readonly bool _errorsEnd = string.Equals(context.RequestHeaders.GetValue(ErrorsEndMetadata), "true", StringComparison.OrdinalIgnoreCase);
    [SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "The endpoint of the call disposes it.")]
    private readonly ChargedBody _body = context.GetHttpContext().Features.GetRequiredFeature<ChargedBody>();
    private readonly Queue<Task> _outstanding = new();

    // Fires when the client has gone, or an answer has failed: nobody waits for the others any more.
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);

    /// <summary>Answers the requests of the stream to its end.</summary>
    [SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before the instances are disposed", Justification = "A task is not disposed.")]
    public async Task RunAsync(IAsyncStreamReader<ModelInferRequest> requests)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, stopping);
        var last = Task.CompletedTask;

        // A stream that fills the memory by itself waits for its own answers, and is not refused.
        _body.MakeRoom = AwaitOldestAsync;
        try
        {
            while (await MoveNextAsync(requests, reading.Token))
            {
                last = AnswerAsync(requests.Current, last);
                _outstanding.Enqueue(last);
                while (_outstanding.Count >= MaxOutstanding)
                {
                    await AwaitOldestAsync();
                }
            }
        }
        finally
        {
            // What has been read is answered before the stream ends, however the reading ended; an error of it comes first.
            await last;
        }
    }

    public void Dispose() => _end.Dispose();

    private async Task<bool> MoveNextAsync(IAsyncStreamReader<ModelInferRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await requests.MoveNext(cancellationToken);
        }
        catch (Exception error) when (context.CancellationToken.IsCancellationRequested || error is OperationCanceledException or IOException)
        {
            throw new RpcException(!context.CancellationToken.IsCancellationRequested && stopping.IsCancellationRequested
                ? new Status(StatusCode.Unavailable, "The server is stopping. Open the stream again.")
                : new Status(StatusCode.Cancelled, "The call was cancelled."));
        }
    }

    private async Task<bool> AwaitOldestAsync()
    {
        if (!_outstanding.TryDequeue(out var oldest))
        {
            return false;
        }

        await oldest;
        return true;
    }

    // What is charged for a request is given back when its answer is out.
    [SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before the instances are disposed", Justification = "The answer has ended on each way out.")]
    private async Task AnswerAsync(ModelInferRequest request, Task before)
    {
        using var account = _body.TakeMessage();
        var answer = InferAsync(request, account, _end.Token);
        try
        {
            // First those before it, whose error ends the stream.
            await before;
            await answers.WriteAsync(await answer, _end.Token);
        }
        catch
        {
            await _end.CancelAsync();
            await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task<ModelStreamInferResponse> InferAsync(ModelInferRequest request, BytesInFlight.Account account, CancellationToken cancellationToken)
    {
        var model = "";
        try
        {
            return await boundary.RunAsync(
                context,
                async () =>
                {
                    var key = RpcModel.Read(request.ModelName, request.ModelVersion, context);
                    model = key.ToString();
                    return new ModelStreamInferResponse
                    {
                        InferResponse = await call.AnswerAsync(key, request, account, isOfStream: true, context.Deadline, cancellationToken),
                    };
                },
                () => model,
                cancellationToken);
        }
        catch (RpcException error) when (!_errorsEnd && !cancellationToken.IsCancellationRequested)
        {
            // One request's error has no trailers.
            var wait = error.Trailers.GetValue(RpcErrors.RetryAfterTrailer) is { } seconds ? $" Retry after {seconds} s." : "";
            return new ModelStreamInferResponse { ErrorMessage = error.Status.Detail + wait, InferResponse = new ModelInferResponse { Id = request.Id } };
        }
    }
}
