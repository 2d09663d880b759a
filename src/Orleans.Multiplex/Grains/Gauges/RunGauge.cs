using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Orleans.Multiplex.Execution.Scheduling;

namespace Orleans.Multiplex.Grains.Gauges;

/// <summary>What runs, and what waits for that.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class RunGauge(InferenceScheduler scheduler) : ISiloGauge
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge("multiplex.run.waiting", () => scheduler.Waiting, "{request}", "Requests that wait for an inference thread.");
        meter.CreateObservableGauge("multiplex.run.active", () => scheduler.Running, "{request}", "Runs under way.");
        meter.CreateObservableGauge("multiplex.run.threads", () => scheduler.Threads, "{thread}", "Inference threads.");
    }
}
