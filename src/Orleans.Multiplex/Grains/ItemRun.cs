using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>An item of a call that goes through its model with those of other calls. The model stays leased until it has ended, whoever still waits.</summary>
/// <param name="call">The call that it belongs to.</param>
/// <param name="lease">A lease of its own.</param>
/// <param name="item">The item.</param>
/// <param name="kind">What it goes together with.</param>
internal sealed class ItemRun<TItem, TResult>(ModelCall call, ModelLease lease, TItem item, ItemBatch<TItem, TResult> kind)
    : ScheduledResult<TResult>(priority: 0, call.Remaining, call.CancellationToken)
{
    public TItem Item => item;

    public ModelCall Call => call;

    public object Model => lease.Model;

    protected override TResult Run() => kind.Use([this])[0];

    protected override void OnEnded() => lease.Dispose();
}
