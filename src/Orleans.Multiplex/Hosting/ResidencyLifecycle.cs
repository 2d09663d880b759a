using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry.Figures;

namespace Orleans.Multiplex.Hosting;

/// <summary>
/// Ties residency to the silo's life. At start: the silo tells the others what it holds. At stop, in this order: it tells that it leaves
/// and ends its loads, so that their callers go elsewhere; Orleans lets the grains end their calls; the models are unloaded; the threads
/// end.
/// </summary>
internal sealed class ResidencyLifecycle(
    ResidencyPublisher publisher,
    ResidencyLedger ledger,
    EvictionService evictions,
    ModelLoader loader,
    InferenceScheduler scheduler,
    FigureHistory history,
    IOptions<MultiplexOptions> options,
    TimeProvider time) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan ThreadPatience = TimeSpan.FromSeconds(1);

    private ITimer? _idleTimer;

    public void Participate(ISiloLifecycle observer)
    {
        observer.Subscribe(nameof(ResidencyLifecycle), ServiceLifecycleStage.ApplicationServices, _ => Task.CompletedTask, UnloadAllAsync);
        observer.Subscribe(nameof(ResidencyLifecycle), ServiceLifecycleStage.Active, StartAsync, StopTakingModelsAsync);
    }

    public void Dispose() => _idleTimer?.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        publisher.Start();
        history.Start();
        if (options.Value.IdleUnload is { } idle)
        {
            var period = TimeSpan.FromTicks(Math.Clamp(idle.Ticks / 4, TimeSpan.TicksPerSecond / 10, TimeSpan.TicksPerMinute));
            _idleTimer = time.CreateTimer(_ => evictions.EvictIdle(idle), null, period, period);
        }

        return Task.CompletedTask;
    }

    private Task StopTakingModelsAsync(CancellationToken cancellationToken)
    {
        _idleTimer?.Dispose();
        publisher.BeginDraining();
        loader.Stop();
        return Task.CompletedTask;
    }

    private async Task UnloadAllAsync(CancellationToken cancellationToken)
    {
        // A model's own code may block for ever; it must not keep the silo from ending in the time it has.
        try
        {
            await Task.WhenAll(ledger.Snapshot().Select(resident => evictions.EvictAsync(resident, EvictionReason.Shutdown)))
                .WaitAsync(cancellationToken);
        }
        finally
        {
            await publisher.DisposeAsync();
            loader.Dispose();
            scheduler.Dispose();
        }

        try
        {
            await Task.WhenAll(loader.WhenEnded, scheduler.WhenEnded).WaitAsync(ThreadPatience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A loader that blocks keeps its thread, which ends with the process.
        }
    }
}
