using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Telemetry.Metrics;

namespace Orleans.Multiplex.Grains.Gauges;

/// <summary>
/// What is measured when somebody looks, and not when it happens: they read rooms which telemetry knows nothing of. There from the silo's start on.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class SiloGauges(SiloInstruments instruments, IEnumerable<ISiloGauge> gauges) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(SiloGauges),
        ServiceLifecycleStage.RuntimeServices,
        _ =>
        {
            foreach (var gauge in gauges)
            {
                gauge.AddTo(instruments.Meter);
            }

            return Task.CompletedTask;
        },
        _ => Task.CompletedTask);
}
