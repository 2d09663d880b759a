using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>A synchronous use of a model by its grain, on an inference thread. The model stays leased until it has ended, whoever still waits.</summary>
/// <param name="call">The call that it belongs to.</param>
/// <param name="model">The model's id.</param>
/// <param name="lease">A lease of its own.</param>
/// <param name="use">The use.</param>
internal sealed class ModelUse<TResult>(ModelCall call, string model, ModelLease lease, Func<object, TResult> use)
    : ScheduledResult<TResult>(priority: 0, call.Remaining, call.CancellationToken)
{
    protected override TResult Run()
    {
        using (call.Enter(model))
        {
            return use(lease.Model);
        }
    }

    protected override void OnEnded() => lease.Dispose();
}
