namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>The models that runs wait for: those from which threads take, in their order, and those whose runs still wait for company. Guarded by the lock of the queue.</summary>
internal sealed class WaitingModels
{
    private readonly PriorityQueue<ModelRuns, RunTurn> _ready = new();
    private readonly HashSet<ModelRuns> _gathering = [];

    public int Count => _ready.Count + _gathering.Count;

    /// <summary>The time of threads that all that waits takes, as far as it was measured.</summary>
    public TimeSpan Work => All.Aggregate(TimeSpan.Zero, static (sum, model) => sum + (model.Cost.Item * model.Waiting));

    /// <summary>Those whose runs wait for company.</summary>
    public IReadOnlyCollection<ModelRuns> Gathering => _gathering;

    /// <summary>Puts a model in its place among those that are ready.</summary>
    public void AddReady(ModelRuns model)
    {
        model.IsReady = true;
        _ready.Enqueue(model, model.Turn);
    }

    /// <summary>Takes a model out from among those that are ready, before its turn changes.</summary>
    public void RemoveReady(ModelRuns model)
    {
        model.IsReady = false;
        _ready.Remove(model, out _, out _);
    }

    /// <summary>Takes out the model whose turn it is. False when none is ready.</summary>
    public bool TryTakeReady(out ModelRuns model)
    {
        if (!_ready.TryDequeue(out model!, out _))
        {
            return false;
        }

        model.IsReady = false;
        return true;
    }

    public void AddGathering(ModelRuns model, ITimer end)
    {
        model.Gathering = end;
        _gathering.Add(model);
    }

    public void RemoveGathering(ModelRuns model)
    {
        model.Gathering?.Dispose();
        model.Gathering = null;
        _gathering.Remove(model);
    }

    /// <summary>The run that makes way for another: the last of the least urgent, and of those of the model for which most wait. Null when the other has no more right.</summary>
    public (ModelRuns Model, ScheduledRun Run)? FindDisplaced(ModelRuns model, ScheduledRun run)
    {
        var last = All.MaxBy(static other => (other.Last!.Level, other.Waiting, other.Last.Number))!;
        var isLessUrgent = last.Last!.Level > run.Level;
        var hasMore = last.Last.Level == run.Level && last.Waiting > model.Waiting + 1;
        return isLessUrgent || hasMore ? (last, last.Last) : null;
    }

    private IEnumerable<ModelRuns> All => _ready.UnorderedItems.Select(static item => item.Element).Concat(_gathering);
}
