using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains.Control;

/// <summary>
/// Has models loaded that nobody asks for. Pinned ones that no silo holds: at the start, after a silo has gone, when a pin is new. Of the silos one looks after each
/// pin, the first in the model's own order, so that they need not talk. And, once, at the start, those of which the silo's settings say how many copies there are at least.
/// Should two silos do it, the model's grain makes one load of it. A silo that holds no models by its role looks after none.
/// </summary>
internal sealed partial class ModelKeeper(
    PinnedModels pins,
    IEnumerable<string> preloaded, ClusterResidencyView view, IGrainFactory grains, ILocalSiloDetails local, bool holdsModels, TimeProvider time, ILogger logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>How many pins are looked after at once: requests wait for their loads beside them.</summary>
    private const int MostAtOnce = 4;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, byte> _preloads = new(preloaded.Select(static model => KeyValuePair.Create(model, (byte)0)), StringComparer.Ordinal);
    private readonly LoadTrials _trials = new(time, Period, LongestPause);
    private readonly ILogger _logger = logger;
    private ITimer? _timer;
    private volatile bool _isRestored;

    /// <summary>How many models are still to be loaded because of the silo's settings for copies.</summary>
    public int Preloading => _preloads.Count;

    public void Participate(ISiloLifecycle observer)
    {
        if (holdsModels)
        {
            observer.Subscribe(nameof(ModelKeeper), ServiceLifecycleStage.Active, StartAsync, StopAsync);
        }
    }

    public void Dispose()
    {
        pins.Changed -= LookSoon;
        _timer?.Dispose();
    }

    private Task StartAsync(CancellationToken cancellationToken)
    {
        pins.Changed += LookSoon;
        _timer = time.CreateTimer(static state => ((ModelKeeper)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        LookSoon();
        return Task.CompletedTask;
    }

    private Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    private void LookSoon() => _timer?.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    private void Look()
    {
        // First: who changes a pin from here on sets the timer anew.
        _timer?.Change(Period, Timeout.InfiniteTimeSpan);
        var current = pins.Current;
        _trials.Retain(current.Union(_preloads.Keys));
        foreach (var pin in current.IsEmpty ? [] : FindMissing(current))
        {
            _ = LoadAsync(pin);
        }

        foreach (var model in _preloads.Keys.Where(model => _trials.TryBegin(model, MostAtOnce)))
        {
            _ = LoadAsync(model);
        }

        if (!_isRestored && _trials.TryBegin("", MostAtOnce + 1))
        {
            _ = RestoreAsync();
        }

        // Without a pin there is nothing to keep; a new one tells, also one that has come just now.
        if (_isRestored && current.IsEmpty && _preloads.IsEmpty)
        {
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (!pins.Current.IsEmpty)
            {
                LookSoon();
            }
        }
    }

    private List<string> FindMissing(IEnumerable<string> current)
    {
        var rows = view.Rows.ToList();
        var held = rows.SelectMany(static row => row.Pinned).SelectMany(static one => one.Pins).ToHashSet(StringComparer.Ordinal);
        var silos = rows
            .Where(static row => !row.IsDraining && row.Pools.Any(static pool => pool.Pool == ModelPool.OfStore))
            .Select(static row => (row.Silo, Name: row.Silo.ToParsableString()))
            .ToList();
        return [.. current.Where(pin => !held.Contains(pin) && IsOurs(pin, silos) && _trials.TryBegin(pin, MostAtOnce))];
    }

    private bool IsOurs(string pin, List<(SiloAddress Silo, string Name)> silos)
    {
        var id = ModelKey.Parse(pin).Id;
        return silos.MaxBy(silo => Rendezvous.GetWeight(id, silo.Name)).Silo?.Equals(local.SiloAddress) == true;
    }

    // What is kept in a grain storage is read by the one grain that changes pins; somebody has to wake it.
    private async Task RestoreAsync()
    {
        try
        {
            await grains.GetGrain<IModelControlGrain>(0).GetPinsAsync();
            _isRestored = true;
            _trials.Succeed("");
        }
#pragma warning disable CA1031 // Whatever it is, it is tried again at a later look.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (_trials.Fail("", error.Message))
            {
                LogNotRestored(error);
            }
        }
    }

    private async Task LoadAsync(string model)
    {
        try
        {
            await grains.GetGrain<IInferenceGrain>(model).LoadAsync(null, retry: false);
            _preloads.TryRemove(model, out _);
            _trials.Succeed(model);
            if (!_preloads.IsEmpty)
            {
                LookSoon();
            }
        }
        catch (ModelLoadingException)
        {
            _trials.Succeed(model); // It goes on.
        }
#pragma warning disable CA1031 // Whatever it is, it is tried again at a later look; a broken model's grain remembers its failure and answers from that.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (_trials.Fail(model, error.Message))
            {
                LogNotLoaded(model, error.Message);
            }
        }
    }

    [LoggerMessage(LogEvents.GrainIds + 20, LogLevel.Warning, "Model '{Model}', which is pinned or is to be loaded at the start, is not loaded; it is tried again until it is, or until it is unpinned. {Error}")]
    private partial void LogNotLoaded(string model, string error);

    [LoggerMessage(LogEvents.GrainIds + 21, LogLevel.Warning, "The pins that are kept in the grain storage could not be read; it is tried again.")]
    private partial void LogNotRestored(Exception error);
}
