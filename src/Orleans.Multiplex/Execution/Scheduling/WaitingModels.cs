namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>The models that runs wait for: those from which threads take, in their order, and those whose runs still wait for company. Guarded by the lock of the queue.</summary>
internal sealed class WaitingModels
{
    private readonly PriorityQueue<ModelRuns, RunTurn> _ready = new();
    private readonly HashSet<ModelRuns> _gathering = [];

    public int Count => _ready.Count + _gathering.Count;

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
    public bool TryTakeReady(out ModelRuns model, out RunTurn turn)
    {
        if (!_ready.TryDequeue(out model!, out turn))
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

    /// <summary>The model with the least urgent run, and of those the one for which most wait.</summary>
    public ModelRuns FindLast() => _ready.UnorderedItems.Select(static item => item.Element).Concat(_gathering)
        .MaxBy(static model => (model.Last!.Level, model.Waiting, model.Last.Number))!;
}
