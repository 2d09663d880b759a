using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.Calls.Copies;

namespace Orleans.Multiplex.Calls;

/// <summary>The client over a grain factory: checks what can be checked here, then calls the grains with <see cref="SafeRetry"/>.</summary>
/// <param name="grains">The grains.</param>
/// <param name="local">The models that are resident in this process; null where there can be none.</param>
/// <param name="time">The clock.</param>
/// <param name="options">The settings.</param>
/// <param name="random">Spreads retries.</param>
/// <param name="loggers">The logs.</param>
internal sealed partial class MultiplexClient(
    IGrainFactory grains, ILocalModels? local, TimeProvider time, IOptions<MultiplexClientOptions> options, Random random, ILoggerFactory loggers)
    : IMultiplexClient
{
    // A silo ends a request at its deadline with an error that says what the time went to; it gets this long to arrive.
    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(1);

    private readonly InferenceRoutes _routes = new(grains, local, random, time);
    private readonly MultiplexClientOptions _options = options.Value;
    private readonly ILogger _logger = loggers.CreateLogger(ClientLog.Category);
    private readonly SafeRetry _retry = new(time, random, loggers.CreateLogger(ClientLog.Category));

    public async Task<InferenceResponse> InferAsync(
        string modelId, IEnumerable<ModelValue> inputs, InferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var model = ModelKey.Parse(modelId).ToString();
        var timeout = TimeoutOf(model, options);
        var request = new InferenceRequest(inputs as ImmutableArray<ModelValue>? ?? [.. inputs], options?.Outputs ?? [], timeout, PriorityOf(options));
        CheckSize(model, request.Inputs, request.Outputs);
        var startedAt = time.GetTimestamp();
        cancellationToken.ThrowIfCancellationRequested();
        var route = _routes.Choose(model);
        try
        {
            if (_routes.TryHere(route, model, request, options is { IsAwaitedAtOnce: true }, cancellationToken) is { } answer)
            {
                try
                {
                    var response = await answer;
                    _routes.Learn(model, response);
                    options?.InputMemory?.SetUnused();
                    return response;
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // Nobody here cancelled it: it was given up, as a stopping silo does.
                }
                catch (OverloadedException) when (InferenceRoutes.ChooseOther(route) is { } other)
                {
                    route.End();
                    route = other;
                }
            }

            return await InferByGrainAsync(route, model, request.Within(timeout - time.GetElapsedTime(startedAt)), cancellationToken);
        }
        finally
        {
            route.End();
        }
    }

    private Task<InferenceResponse> InferByGrainAsync(CopyRoute first, string model, InferenceRequest request, CancellationToken cancellationToken)
    {
        CopyRoute? chosen = first;
        return _retry.RunAsync(
            model,
            request.Timeout!.Value,
            AnswerGrace,
            (left, token) =>
            {
                var timed = request.Within(left);
                var answer = chosen is { } route ? _routes.SendAsync(route, model, timed, token) : _routes.SendAnewAsync(model, timed, token);
                chosen = null;
                return answer;
            },
            cancellationToken);
    }

    public async Task<TResult> CallAsync<TGrain, TResult>(
        string modelId, Func<TGrain, CancellationToken, Task<TResult>> call, InferenceOptions? options = null, CancellationToken cancellationToken = default)
        where TGrain : IGrainWithStringKey
    {
        ArgumentNullException.ThrowIfNull(call);
        var model = ModelKey.Parse(modelId).ToString();
        var timeout = TimeoutOf(model, options);
        var grain = grains.GetGrain<TGrain>(model);
        return await _retry.RunAsync(
            model, timeout, AnswerGrace, (left, token) => CallOnceAsync(grain, model, left, call, token), cancellationToken);
    }

    private static async Task<TResult> CallOnceAsync<TGrain, TResult>(
        TGrain grain, string model, TimeSpan left, Func<TGrain, CancellationToken, Task<TResult>> call, CancellationToken cancellationToken)
    {
        // It ends with this method: what an async method sets in its flow of execution does not reach its caller.
        CallTime.Send(left);
        try
        {
            return await call(grain, cancellationToken);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested && !OwnErrors.IsMarked(error))
        {
            // Nobody here cancelled it: the activation was given up.
            throw new ModelUnloadedException(model);
        }
    }

    private TimeSpan TimeoutOf(string model, InferenceOptions? options)
    {
        var timeout = options?.Timeout ?? _options.RequestTimeout;
        if (timeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(options), timeout, "The time allowed to a call is above zero.");
        }

        CallTime.Check(model, timeout, _options.MaxRequestTimeout);
        return timeout;
    }

    private static int PriorityOf(InferenceOptions? options) => options?.Priority switch
    {
        null => 0,
        < 0 and var priority => throw new ArgumentOutOfRangeException(nameof(options), priority, "A priority is not negative."),
        { } priority => priority,
    };

    // A message that is too long for Orleans would cost the connection, and with it the calls of others.
    private void CheckSize(string model, ImmutableArray<ModelValue> values, ImmutableArray<string> outputs)
    {
        var size = MessageSize.Of(values) + MessageSize.Of(outputs);
        if (size > _options.MaxRequestBytes.Bytes + CallLimits.NamesOverhead)
        {
            throw new InvalidInputException(
                model,
                "",
                $"The inputs and the names of the outputs take {size} bytes; at most {_options.MaxRequestBytes.Bytes} may be sent in one request ({nameof(MultiplexClientOptions.MaxRequestBytes)}). Send fewer rows at once.");
        }
    }
}
