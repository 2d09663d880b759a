namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// The runs that wait for an inference thread. The most urgent go first. Among models whose next runs are as urgent, the one goes first that has had the
/// least time of threads, so that a model that is slow or flooded delays another by no more than the runs that are on the threads already. Within a
/// model they go in the order in which they came, and together where they may. Bounded, for each model and for all.
/// </summary>
/// <remarks>
/// <para>
/// The order among models is start-time fair queueing (Goyal, Vin, Cheng, 1996), with measured times as lengths: a model is charged for a run what its
/// runs took before when it is taken, and the difference when it has ended. One that comes back after a pause has had no less than the last that was
/// served, so that nobody saves up time.
/// </para>
/// <para>What nobody waits for any more is taken out at once, so that it neither takes a place nor keeps what it holds.</para>
/// </remarks>
/// <param name="options">The bounds.</param>
/// <param name="time">The clock.</param>
internal sealed class FairQueue(InferenceSchedulerOptions options, TimeProvider time) : WorkSource
{
    private readonly WaitingModels _models = new();
    private long _numbers;
    private double _served;
    private int _waiting;
    private int _running;

    /// <summary>How many wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Adds a run. Where the queue is full, a less urgent one may be refused in its place, or one of a model for which more wait.</summary>
    /// <param name="model">Its model.</param>
    /// <param name="run">The run.</param>
    /// <param name="displaced">The run that makes way for it, with its model: for the caller to tell.</param>
    /// <returns>Why it was not added; null when it was.</returns>
    public Refusal? TryAdd(ModelRuns model, ScheduledRun run, out (ModelRuns Model, ScheduledRun Run)? displaced)
    {
        lock (Gate)
        {
            displaced = null;
            if (Judge_NeedsLock(model, run, ref displaced) is { } reason)
            {
                return Refuse_NeedsLock(model, reason);
            }

            if (displaced is { } victim)
            {
                Remove_NeedsLock(victim.Model, victim.Run);
            }

            run.Number = ++_numbers;
            run.QueuedAt = time.GetTimestamp();
            if (model.Waiting == 0)
            {
                model.Served = Math.Max(model.Served, _served);
            }

            var isFirst = model.IsReady && model.First!.Level > run.Level;
            if (isFirst)
            {
                _models.RemoveReady(model);
            }

            model.Add(run);
            _waiting++;
            if (isFirst)
            {
                _models.AddReady(model);
            }

            Announce_NeedsLock(model, run);
            return null;
        }
    }

    /// <summary>
    /// Lets a run of a model whose runs are short begin at once, past the line, where nobody waits and a thread is idle: on the thread at hand then. Null
    /// where it has to queue.
    /// </summary>
    public RunGroup? TryBeginShort(ModelRuns model, ScheduledRun run)
    {
        // What runs take is read without the lock: a run more or less that goes this way does no harm.
        if (!run.NeverBlocks || run.Kind is { MaxDelay.Ticks: > 0 } || !QueueRule.IsShort(model.Cost, run.Rows))
        {
            return null;
        }

        lock (Gate)
        {
            if (_waiting > 0 || _running >= options.Threads || IsClosed)
            {
                return null;
            }

            run.QueuedAt = time.GetTimestamp();
            model.Served = Math.Max(model.Served, _served);
            return Charge_NeedsLock(model, run, null);
        }
    }

    /// <summary>Takes out a run that is not wanted any more. False when a thread has taken it already, or it has been refused.</summary>
    public bool TryRemove(ModelRuns model, ScheduledRun run)
    {
        lock (Gate)
        {
            return Remove_NeedsLock(model, run);
        }
    }

    /// <summary>What is told to one that made way.</summary>
    public Refusal RefuseDisplaced(ModelRuns model)
    {
        lock (Gate)
        {
            return Refuse_NeedsLock(model, RefusalReason.QueueFull);
        }
    }

    /// <summary>Runs that were taken have ended.</summary>
    /// <param name="model">Their model.</param>
    /// <param name="charged">What it was charged for them.</param>
    /// <param name="took">How long they took; null where none was run.</param>
    /// <param name="items">How many there were.</param>
    /// <param name="rows">How many rows they had.</param>
    public void End(ModelRuns model, double charged, TimeSpan? took, int items, int rows)
    {
        lock (Gate)
        {
            _running--;
            var isReady = model.IsReady;
            if (isReady)
            {
                _models.RemoveReady(model);
            }

            model.Served += (took ?? TimeSpan.Zero).TotalSeconds - charged;
            if (took is { } measured)
            {
                model.Cost = model.Cost.Add(measured, items, rows);
            }

            if (isReady)
            {
                _models.AddReady(model);
            }
        }
    }

    protected override IWork? TakeNext_NeedsLock()
    {
        if (!_models.TryTakeReady(out var model, out var turn))
        {
            return null;
        }

        _served = Math.Max(_served, turn.Served);
        var ready = model.Waiting;
        var first = model.Take(out var others);
        _waiting -= 1 + (others?.Count ?? 0);
        ChangeReady_NeedsLock(-ready);
        var group = Charge_NeedsLock(model, first, others);
        if (model.Waiting > 0)
        {
            MakeReady_NeedsLock(model);
        }

        return group;
    }

    private RunGroup Charge_NeedsLock(ModelRuns model, ScheduledRun first, List<ScheduledRun>? others)
    {
        var charged = model.Cost.Item.TotalSeconds * (1 + (others?.Count ?? 0));
        model.Served += charged;
        _running++;
        return new RunGroup(this, time, model, first, others, charged);
    }

    protected override void OnClosed_NeedsLock()
    {
        foreach (var model in _models.Gathering.ToList())
        {
            EndGathering_NeedsLock(model);
        }
    }

    private RefusalReason? Judge_NeedsLock(ModelRuns model, ScheduledRun run, ref (ModelRuns Model, ScheduledRun Run)? displaced)
    {
        if (IsClosed)
        {
            return RefusalReason.Closed;
        }

        if (!QueueRule.MayBeInTime(model.CountBefore(run.Level), model.Cost, options.Threads, run.Remaining))
        {
            return RefusalReason.TooLate;
        }

        if (model.Waiting >= options.MaxQueuedPerModel)
        {
            displaced = model.Last!.Level > run.Level ? (model, model.Last) : null;
            return displaced is null ? RefusalReason.ModelQueueFull : null;
        }

        if (_waiting >= options.MaxQueued)
        {
            displaced = FindDisplaced_NeedsLock(model, run);
            return displaced is null ? RefusalReason.QueueFull : null;
        }

        return null;
    }

    private (ModelRuns Model, ScheduledRun Run)? FindDisplaced_NeedsLock(ModelRuns model, ScheduledRun run)
    {
        var last = _models.FindLast();
        var isLessUrgent = last.Last!.Level > run.Level;
        var hasMore = last.Last.Level == run.Level && last.Waiting > model.Waiting + 1;
        return isLessUrgent || hasMore ? (last, last.Last) : null;
    }

    private Refusal Refuse_NeedsLock(ModelRuns model, RefusalReason reason) => new(
        reason,
        QueueRule.GetRetryAfter(model.Waiting, model.Cost, _models.Count, options.Threads, options.RetryAfter));

    private bool Remove_NeedsLock(ModelRuns model, ScheduledRun run)
    {
        var isReady = model.IsReady;
        var isFirst = model.First == run;
        if (!model.Remove(run))
        {
            return false;
        }

        _waiting--;
        if (isReady)
        {
            ChangeReady_NeedsLock(-1);
            if (isFirst)
            {
                _models.RemoveReady(model);
                if (model.Waiting > 0)
                {
                    _models.AddReady(model);
                }
            }
        }
        else if (model.Waiting == 0)
        {
            _models.RemoveGathering(model);
        }

        return true;
    }

    // A thread is told of it at once, or when the wait for company is over.
    private void Announce_NeedsLock(ModelRuns model, ScheduledRun run)
    {
        if (model.IsReady)
        {
            ChangeReady_NeedsLock(1);
        }
        else if (run.Kind is not { } kind || kind.MaxDelay <= TimeSpan.Zero || model.IsFull)
        {
            EndGathering_NeedsLock(model);
        }
        else if (model.Gathering is null)
        {
            _models.AddGathering(model, time.CreateTimer(_ => EndGathering(model), null, kind.MaxDelay, Timeout.InfiniteTimeSpan));
        }
    }

    private void EndGathering(ModelRuns model)
    {
        lock (Gate)
        {
            // It may have been ended by others, and begun anew since; then it ends a little early.
            if (model.Gathering is not null)
            {
                EndGathering_NeedsLock(model);
            }
        }
    }

    private void EndGathering_NeedsLock(ModelRuns model)
    {
        _models.RemoveGathering(model);
        MakeReady_NeedsLock(model);
    }

    private void MakeReady_NeedsLock(ModelRuns model)
    {
        _models.AddReady(model);
        ChangeReady_NeedsLock(model.Waiting);
    }
}
