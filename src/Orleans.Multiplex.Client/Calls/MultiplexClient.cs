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
internal sealed class MultiplexClient(
    IGrainFactory grains, ILocalModels? local, TimeProvider time, IOptions<MultiplexClientOptions> options, Random random, ILoggerFactory loggers)
    : IMultiplexClient
{
    // A silo ends a request at its deadline with an error that says what the time went to; it gets this long to arrive.
    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(1);

    private static readonly GrainId Control = GrainId.Create(GrainType.Create(ControlGrainType.Name), GrainIdKeyExtensions.CreateIntegerKey(0));

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

    public async Task<ModelDescription> DescribeAsync(string modelId, CancellationToken cancellationToken = default)
    {
        var model = ModelKey.Parse(modelId).ToString();
        return await ReadAsync(model, (view, token) => view.DescribeAsync(model, token), cancellationToken);
    }

    public async Task<ImmutableArray<SiloResidency>> GetSilosAsync(CancellationToken cancellationToken = default) =>
        await ReadAsync("", (view, token) => view.GetSilosAsync(token), cancellationToken);

    public async Task<ModelReport> GetModelAsync(string modelId, CancellationToken cancellationToken = default)
    {
        var model = ModelKey.Parse(modelId).ToString();
        return await ReadAsync(model, (view, token) => view.GetModelAsync(model, token), cancellationToken);
    }

    public async Task<ModelIndexPage> GetIndexAsync(
        string? after = null, int limit = 1000, bool readyOnly = false, CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > 10_000)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "A part of the list has from 1 to 10,000 models.");
        }

        return await ReadAsync("", (view, token) => view.GetIndexAsync(after, limit, readyOnly, token), cancellationToken);
    }

    public async Task LoadAsync(string modelId, CancellationToken cancellationToken = default)
    {
        var model = ModelKey.Parse(modelId).ToString();
        await LoadAsync(model, retry: true, cancellationToken);
    }

    public async Task UnloadAsync(string modelId, CancellationToken cancellationToken = default)
    {
        var model = ModelKey.Parse(modelId).ToString();
        try
        {
            await ControlAsync(model, (control, token) => DoAsync(control.UnloadAsync(model, token)), cancellationToken);
        }
        catch (InferenceTimeoutException)
        {
            throw new InferenceTimeoutException(model, "waiting for the requests that use the model; it takes no new ones, and goes with the last of them");
        }
    }

    public async Task PinAsync(string modelId, CancellationToken cancellationToken = default)
    {
        var model = ModelKey.Parse(modelId).ToString();
        var isNew = await ControlAsync(model, (control, token) => control.PinAsync(model, token), cancellationToken);
        try
        {
            await LoadAsync(model, retry: isNew, cancellationToken);
        }
        catch (MultiplexException error) when (isNew && error is ModelLoadFailedException or ModelNotFoundException or NoCapacityException { IsPermanent: true })
        {
            await TakeBackAsync(model);
            throw;
        }
    }

    public async Task UnpinAsync(string modelId, CancellationToken cancellationToken = default)
    {
        var model = ModelKey.Parse(modelId).ToString();
        await ControlAsync(model, (control, token) => DoAsync(control.UnpinAsync(model, token)), cancellationToken);
    }

    public async Task<ImmutableArray<PinReport>> GetPinsAsync(CancellationToken cancellationToken = default) =>
        await ControlAsync("", static (control, token) => control.GetPinsAsync(token), cancellationToken);

    public async Task<ImmutableArray<QuarantineReport>> GetQuarantineAsync(CancellationToken cancellationToken = default) =>
        await ControlAsync("", static (control, token) => control.GetQuarantineAsync(token), cancellationToken);

    public async Task<ImmutableArray<QuarantineReport>> ClearQuarantineAsync(string modelId, CancellationToken cancellationToken = default)
    {
        var model = ModelKey.Parse(modelId).ToString();
        return await ControlAsync(model, (control, token) => control.ClearQuarantineAsync(model, token), cancellationToken);
    }

    public Task DrainAsync(string silo, CancellationToken cancellationToken = default) =>
        ControlAsync("", (control, token) => DrainAsync(control, silo, token), cancellationToken);

    private static async Task<bool> DrainAsync(IModelControlGrain control, string silo, CancellationToken cancellationToken)
    {
        await control.DrainAsync(silo, cancellationToken);
        return true;
    }

    // Why the model cannot be loaded comes first. That its pin stands in settings too, or cannot be taken back now, is the pin's own matter.
    private async Task TakeBackAsync(string model)
    {
        try
        {
            await UnpinAsync(model, CancellationToken.None);
        }
        catch (MultiplexException error)
        {
            _logger.PinNotTakenBack(error, model);
        }
    }

    private static async Task<bool> DoAsync(Task task)
    {
        await task;
        return true;
    }

    private Task<T> ControlAsync<T>(string model, Func<IModelControlGrain, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        _retry.RunAsync(model, _options.RequestTimeout, TimeSpan.Zero, (_, token) => call(FindControl(), token), cancellationToken);

    // It runs only where models are held. A client that came through another silo may not learn of its class for a minute, so it is named in full;
    // and where even that does not help, until such a silo has told this process what it runs, it is asked again.
    private IModelControlGrain FindControl()
    {
        try
        {
            return grains.GetGrain<IModelControlGrain>(Control);
        }
        catch (ArgumentException unknown)
        {
            throw new SiloUnavailableException("No silo that holds models is known here.", unknown);
        }
    }

    private async Task LoadAsync(string model, bool retry, CancellationToken cancellationToken)
    {
        var grain = _routes.GetGrain(model);
        var isFirst = retry;
        await _retry.RunAsync(
            model,
            _options.RequestTimeout,
            AnswerGrace,
            async (left, token) =>
            {
                // Once: what is tried again because a silo went must not wear a broken model out.
                var force = isFirst;
                isFirst = false;
                return await DoAsync(grain.LoadAsync(left, force, token));
            },
            cancellationToken);
    }

    public async Task<ImmutableArray<ModelStatistics>> GetStatisticsAsync(string? modelId = null, CancellationToken cancellationToken = default)
    {
        var model = modelId is null ? null : ModelKey.Parse(modelId).ToString();
        return await ReadAsync(model ?? "", (view, token) => view.GetStatisticsAsync(model, token), cancellationToken);
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

    private Task<T> ReadAsync<T>(string model, Func<IClusterResidencyGrain, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var view = grains.GetGrain<IClusterResidencyGrain>(0);
        return _retry.RunAsync(model, _options.RequestTimeout, TimeSpan.Zero, (_, token) => read(view, token), cancellationToken);
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
