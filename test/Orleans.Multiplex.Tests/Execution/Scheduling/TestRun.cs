using Orleans.Multiplex.Execution.Scheduling;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

/// <summary>A run that is a function.</summary>
internal sealed class TestRun<T>(Func<TimeSpan, T> work, TimeSpan remaining, int priority, Action ended, CancellationToken cancellationToken)
    : ScheduledResult<T>(priority, remaining, cancellationToken)
{
    protected override T Run() => work(Waited);

    protected override void OnEnded() => ended();
}
