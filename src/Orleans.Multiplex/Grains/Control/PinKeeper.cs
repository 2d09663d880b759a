using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains.Control;

/// <summary>
/// Has pinned models loaded that no silo holds: at the start, after a silo has gone, when a pin is new. Of the silos one looks after each
/// pin, the first in the model's own order, so that they need not talk; should two do it, the model's grain makes one load of it.
/// </summary>
internal sealed partial class PinKeeper(
    PinnedModels pins, ClusterResidencyView view, IGrainFactory grains, ILocalSiloDetails local, TimeProvider time, ILogger logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _loading = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private readonly ILogger _logger = logger;
    private ITimer? _timer;
    private bool _isRestored;

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(PinKeeper), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    private Task StartAsync(CancellationToken cancellationToken)
    {
        pins.Changed += LookSoon;
        _timer = time.CreateTimer(static state => ((PinKeeper)state!).Look(), this, TimeSpan.Zero, Period);
        return Task.CompletedTask;
    }

    private Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        pins.Changed -= LookSoon;
        _timer?.Dispose();
    }

    private void LookSoon() => _timer?.Change(TimeSpan.Zero, Period);

    private void Look()
    {
        foreach (var pin in FindMissing())
        {
            _ = LoadAsync(pin);
        }

        if (!_isRestored && Begin(""))
        {
            _ = RestoreAsync();
        }
    }

    private List<string> FindMissing()
    {
        var rows = view.Rows.ToList();
        return [.. pins.Current.Where(pin => ModelKey.Parse(pin) is var key && IsOurs(key, rows) && !rows.Exists(row => row.Pinned.Any(one => one.Answers(key))))];
    }

    private bool IsOurs(ModelKey pin, List<SiloRow> rows) => rows
        .Where(static row => !row.IsDraining && row.Pools.Any(static pool => pool.Pool == ModelPool.OfStore))
        .MaxBy(row => Rendezvous.GetWeight(pin.Id, row.Silo.ToParsableString()))?.Silo.Equals(local.SiloAddress) == true;

    // What is kept in a grain storage is read by the one grain that changes pins; somebody has to wake it.
    private async Task RestoreAsync()
    {
        try
        {
            await grains.GetGrain<IModelControlGrain>(0).GetPinsAsync();
            _isRestored = true;
        }
#pragma warning disable CA1031 // Whatever it is, it is tried again at the next look.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Tell("", () => LogNotRestored(error), error.Message);
        }

        End("");
    }

    private async Task LoadAsync(string pin)
    {
        if (!Begin(pin))
        {
            return;
        }

        try
        {
            await grains.GetGrain<IInferenceGrain>(pin).LoadAsync(null, retry: false);
            Forget(pin);
        }
#pragma warning disable CA1031 // Whatever it is, it is tried again at the next look; a broken model's grain remembers its failure and answers from that.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Tell(pin, () => LogNotLoaded(pin, error.Message), error.Message);
        }

        End(pin);
    }

    private bool Begin(string pin)
    {
        lock (_lock)
        {
            return _loading.Add(pin);
        }
    }

    private void End(string pin)
    {
        lock (_lock)
        {
            _loading.Remove(pin);
        }
    }

    private void Forget(string pin)
    {
        lock (_lock)
        {
            _told.Remove(pin);
        }
    }

    // The same thing once, not at each look.
    private void Tell(string pin, Action log, string message)
    {
        lock (_lock)
        {
            if (_told.TryGetValue(pin, out var told) && told == message)
            {
                return;
            }

            _told[pin] = message;
        }

        log();
    }

    [LoggerMessage(LogEvents.GrainIds + 20, LogLevel.Warning, "The pinned model '{Model}' is not loaded; it is tried again until it is, or until it is unpinned. {Error}")]
    private partial void LogNotLoaded(string model, string error);

    [LoggerMessage(LogEvents.GrainIds + 21, LogLevel.Warning, "The pins that are kept in the grain storage could not be read; it is tried again.")]
    private partial void LogNotRestored(Exception error);
}
