using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>
/// Decides how many copies the models have whose grains are on this silo: nobody else decides on those. Looks four times a second, and at little more than a counter where the silo has
/// little to do.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>How busy the silo is, and the models that may need copies or have some (<see cref="CopyMeter"/>).</item>
/// <item>The silos that have copies tell how they do, and hear where the others are (<see cref="CopyExchange"/>).</item>
/// <item>Each model is judged (<see cref="CopyRule"/>), the busiest first, and gets a copy or loses one (<see cref="CopyMoves"/>).</item>
/// </list>
/// </remarks>
internal sealed partial class CopyKeeper(
    LedModels models, CopyMeter meter, CopyExchange exchange, CopyMoves moves, CopyHost host, ModelCopies copies, CopySettings settings, ResidencyPublisher publisher, TimeProvider time, ILogger logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>How many copies come at once. They are loads like any other, beside those that requests wait for.</summary>
    private const int MostAtOnce = 4;

#pragma warning disable CA2213 // Neither has a handle to dispose, and a look under way still uses them.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
#pragma warning restore CA2213

    private readonly ILogger _logger = logger;
    private ITimer? _timer;
    private int _growing;

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(CopyKeeper), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public void Dispose() => _timer?.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static keeper => _ = ((CopyKeeper)keeper!).LookAsync(), this, CopyRule.Period, CopyRule.Period);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        await _stopping.CancelAsync();
    }

    private async Task LookAsync()
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero))
        {
            return;
        }

        try
        {
            meter.LookAtSilo();
            if (!models.MayBeHot(meter.Utilisation) && !copies.Any)
            {
                // What was counted before is no measure of the time since the last look.
                meter.LookAt([]);
                return;
            }

            host.LookAfterUnheard();
            models.LookAround();
            await exchange.MeetAsync(models.All, _stopping.Token);
            foreach (var model in models.All.OrderByDescending(static model => model.Busy))
            {
                Judge(model);
            }

            Tell();
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
#pragma warning disable CA1031 // The next look may succeed; nobody waits for this one.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(error);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Judge(LedModel model)
    {
        if (publisher.IsDraining || !model.IsMeasured || !model.IsReady || model.Resident is not { } resident)
        {
            return;
        }

        model.Judge(CopyRule.Judge(model.Measures, settings.Of(resident), model.Usual), meter.Elapsed);
        switch (CopyRule.Decide(model.Heat))
        {
            case > 0 when _growing < MostAtOnce && !model.IsGrowing && !model.IsPaused:
                _ = GrowAsync(model, resident, mayBeBusy: model.Heat.Need == CopyNeed.Missing);
                break;
            case < 0 when !model.IsGrowing:
                Shrink(model);
                break;
        }
    }

    private async Task GrowAsync(LedModel model, Resident resident, bool mayBeBusy)
    {
        model.IsGrowing = true;
        _growing++;
        (SiloAddress? Taken, bool WasOffered) grown = default;
        try
        {
            grown = await moves.GrowAsync(model, resident, mayBeBusy, meter.Utilisation, () => model.IsReady && ReferenceEquals(model.Resident, resident), _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
#pragma warning disable CA1031 // It stays as it is; nobody waits for this.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(error);
        }

        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            EndGrowth(model, grown.Taken, grown.WasOffered);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void EndGrowth(LedModel model, SiloAddress? taken, bool wasOffered)
    {
        _growing--;
        model.IsGrowing = false;
        if (taken is null)
        {
            model.Pause(wasOffered);
        }
        else if (model.IsHere)
        {
            model.Change(model.List.With(taken));
            model.Settle();
            Tell();
        }
        else
        {
            moves.Drop(model.Model, taken);
        }
    }

    // One that is unloaded here, as for others that are asked more, goes with its grain, which says where it is still; one that is unloaded everywhere was taken out.
    private void Tell() => copies.Lead(models.All.Where(model => model.IsReady || copies.FindLed(model.Model) is not null).Select(static model => model.List));

    private void Shrink(LedModel model)
    {
        var others = model.List.Others.ToList();
        var dropped = others[CopyRule.ChooseDropped([.. model.Measures.Skip(1)])];
        model.Change(model.List.Where(silo => !silo.Equals(dropped)));
        model.Settle();
        Tell();
        moves.Drop(model, dropped);
    }

    [LoggerMessage(LogEvents.GrainIds + 42, LogLevel.Warning, "The copies of models could not be looked after this time.")]
    private partial void LogFailed(Exception error);
}
