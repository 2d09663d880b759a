namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// What each model has had of the threads, for each level of urgency by itself: start-time fair queueing (Goyal, Vin, Cheng, 1996), with measured times as
/// lengths. A model is charged for a run what its runs took before when it is taken, and the difference when it has ended. One that comes back after a pause
/// has had no less than the last that was served, so that nobody saves up time. Guarded by the lock of the queue.
/// </summary>
internal sealed class FairShares
{
    private readonly double[] _served = new double[RunPriority.Lowest + 1];
    private double _most;

    /// <summary>A run of a model comes: what the model has not had while it was not asked for, it does not get later.</summary>
    public void Lift(ModelRuns model, int level)
    {
        if (!model.HasLevel(level))
        {
            model.Served[level] = Math.Max(model.Served[level], _served[level]);
        }
    }

    /// <summary>Charges a model for runs that are taken. Returns how much.</summary>
    public double Charge(ModelRuns model, int level, int items)
    {
        _served[level] = Math.Max(_served[level], model.Served[level]);
        var charged = model.Cost.Item.TotalSeconds * items;
        model.Served[level] += charged;
        return charged;
    }

    /// <summary>They took so many seconds more.</summary>
    public void Correct(ModelRuns model, int level, double more)
    {
        model.Served[level] += more;
        _most = Math.Max(_most, model.Served[level]);
    }

    /// <summary>Nothing runs or waits. Nobody was held up by what ran until now, so who comes next has as much right as who had it.</summary>
    public void Settle() => Array.Fill(_served, _most);
}
