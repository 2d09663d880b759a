using Orleans.Multiplex.Execution.Scheduling;

namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>A run as production queues it; what it does is only to take time.</summary>
/// <param name="remaining">The time left to its request.</param>
/// <param name="ended">Called with whether it was answered in time.</param>
internal sealed class SimulatedRun(TimeSpan remaining, Action<bool> ended) : ScheduledRun(0, remaining, CancellationToken.None)
{
    public override bool HasSucceeded => true;

    /// <summary>It has run, or will not any more.</summary>
    public void End(bool isAnswered) => ended(isAnswered);

    public override void Fail(Exception error) => ended(false);

    internal override void RunAlone() => ended(true);

    protected override void Cancel() => ended(false);

    protected override void Expire() => ended(false);

    protected override void OnEnded()
    {
    }
}
