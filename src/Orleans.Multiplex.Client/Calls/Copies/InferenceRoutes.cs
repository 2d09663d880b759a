namespace Orleans.Multiplex.Calls.Copies;

/// <summary>
/// The ways of requests to models of the store: to the model's grain, wherever it is; or, where answers have told of copies, to one of them. What fails there because the copy
/// has gone, or is refused there because too much waits, is sent to another one at once.
/// </summary>
/// <param name="grains">The grains.</param>
/// <param name="local">The models that are resident in this process; null where there can be none.</param>
/// <param name="random">Spreads requests.</param>
/// <param name="time">The clock.</param>
internal sealed class InferenceRoutes(IGrainFactory grains, ILocalModels? local, Random random, TimeProvider time)
{
    private readonly InferenceGrains _models = new(grains);
    private readonly CopyTables _copies = new(random, local?.Silo, time);

    /// <summary>The grain of a model.</summary>
    public IInferenceGrain GetGrain(string model) => _models.Get(model);

    /// <summary>Chooses a way, to be ended with the request.</summary>
    public CopyRoute Choose(string model) => _copies.Find(model) is { } table ? new CopyRoute(table, table.Choose()) : default;

    /// <summary>Begins a request in this process, where its way leads no further and the model is warm here; null otherwise. Its answer is to be learned from.</summary>
    public Task<InferenceResponse>? TryHere(in CopyRoute route, string model, InferenceRequest request, bool mayRunHere, CancellationToken cancellationToken) =>
        local is null || (route.Copy is { } copy && !copy.Silo.Equals(local.Silo))
            ? null
            : local.TryInferAsync(model, request.Knowing(route.Stamp), mayRunHere, cancellationToken);

    /// <summary>Takes in what an answer says of its model's copies.</summary>
    public void Learn(string model, InferenceResponse response) => _copies.Learn(model, response.Copies);

    /// <summary>The way to another copy, for a request that was refused by the one on its way; null where there is none.</summary>
    public static CopyRoute? ChooseOther(in CopyRoute route) =>
        route.Copy is { } refused && route.Table!.Choose(refused) is { } other ? new CopyRoute(route.Table, other) : null;

    /// <summary>Sends a request on its way.</summary>
    /// <exception cref="ModelUnloadedException">The activation was given up: a new try helps.</exception>
    public async Task<InferenceResponse> SendAsync(CopyRoute route, string model, InferenceRequest request, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        request = request.Knowing(route.Stamp);
        var answer = await TryCopyAsync(route, model, request, cancellationToken);
        if (answer is null)
        {
            var left = request.Timeout - time.GetElapsedTime(startedAt);
            answer = await CallAsync(
                _models.Get(model).InferAsync(route.Copy is null ? request : request.Within(left), cancellationToken), model, cancellationToken);
        }

        Learn(model, answer);
        return answer;
    }

    /// <summary>The same on a way that is chosen for it.</summary>
    public async Task<InferenceResponse> SendAnewAsync(string model, InferenceRequest request, CancellationToken cancellationToken)
    {
        var route = Choose(model);
        try
        {
            return await SendAsync(route, model, request, cancellationToken);
        }
        finally
        {
            route.End();
        }
    }

    // Null where the model's own grain is to answer.
    private async Task<InferenceResponse?> TryCopyAsync(CopyRoute route, string model, InferenceRequest request, CancellationToken cancellationToken)
    {
        if (route.Copy is null)
        {
            return null;
        }

        try
        {
            return await TryOneAsync(route, model, request, cancellationToken);
        }
        catch (OverloadedException)
        {
            if (ChooseOther(route) is not { } other)
            {
                throw;
            }

            try
            {
                return await TryOneAsync(other, model, request, cancellationToken);
            }
            finally
            {
                other.End();
            }
        }
    }

    private async Task<InferenceResponse?> TryOneAsync(CopyRoute route, string model, InferenceRequest request, CancellationToken cancellationToken)
    {
        var copy = route.Copy!;
        try
        {
            return await CallAsync(
                copy.IsFirst
                    ? _models.Get(model).InferAsync(request, cancellationToken)
                    : (copy.Grain ??= grains.GetGrain<ICopyGrain>(new CopyAddress(copy.Silo, model).ToString())).InferAsync(request, cancellationToken),
                model,
                cancellationToken);
        }
        catch (Exception error) when (!copy.IsFirst && SafeRetry.IsPassing(error))
        {
            route.Table!.Remove(copy);
            return null;
        }
    }

    private static async Task<InferenceResponse> CallAsync(Task<InferenceResponse> call, string model, CancellationToken cancellationToken)
    {
        try
        {
            return await call;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody here cancelled it: the activation was given up, as a stopping silo does.
            throw new ModelUnloadedException(model);
        }
    }
}
