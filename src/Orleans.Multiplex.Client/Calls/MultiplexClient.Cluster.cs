using System.Collections.Immutable;

namespace Orleans.Multiplex.Calls;

/// <summary>What operators ask of the cluster and do in it.</summary>
internal sealed partial class MultiplexClient
{
    private static readonly GrainId Control = GrainId.Create(GrainType.Create(ControlGrainType.Name), GrainIdKeyExtensions.CreateIntegerKey(0));

    public async Task<ModelDescription> DescribeAsync(string modelId, CancellationToken cancellationToken = default)
    {
        var model = ModelKey.Parse(modelId).ToString();
        return await ReadAsync(model, (view, token) => view.DescribeAsync(model, token), cancellationToken);
    }

    public async Task<ImmutableArray<SiloResidency>> GetSilosAsync(CancellationToken cancellationToken = default) =>
        await ReadAsync("", (view, token) => view.GetSilosAsync(token), cancellationToken);

    public async Task<ImmutableArray<SiloHistory>> GetHistoryAsync(int slots = SiloHistory.MostSlots, CancellationToken cancellationToken = default)
    {
        if (slots is < 1 or > SiloHistory.MostSlots)
        {
            throw new ArgumentOutOfRangeException(nameof(slots), slots, $"From 1 to {SiloHistory.MostSlots} slots are kept.");
        }

        return await ReadAsync("", (view, token) => view.GetHistoryAsync(slots, token), cancellationToken);
    }

    public async Task<ClusterEventPage> GetEventsAsync(string? after = null, int last = 100, CancellationToken cancellationToken = default)
    {
        if (last is < 0 or > 1000)
        {
            throw new ArgumentOutOfRangeException(nameof(last), last, "Of the last events, from 0 to 1,000 may be asked for.");
        }

        return await ReadAsync("", (view, token) => view.GetEventsAsync(after, last, token), cancellationToken);
    }

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

    private Task<T> ReadAsync<T>(string model, Func<IClusterResidencyGrain, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var view = grains.GetGrain<IClusterResidencyGrain>(0);
        return _retry.RunAsync(model, _options.RequestTimeout, TimeSpan.Zero, (_, token) => read(view, token), cancellationToken);
    }
}
