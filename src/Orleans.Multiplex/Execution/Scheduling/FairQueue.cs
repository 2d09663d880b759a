namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// The runs that wait for an inference thread. The most urgent go first. Among models whose next runs are as urgent, the one goes first that has had the
/// least time of threads, so that a model that is slow or flooded delays another by no more than the runs that are on the threads already. Within a
/// model they go in the order in which they came, and together where they may. Bounded, for each model and for all.
/// </summary>
/// <remarks>What nobody waits for any more is taken out at once, so that it neither takes a place nor keeps what it holds.</remarks>
/// <param name="options">The bounds.</param>
/// <param name="time">The clock.</param>
internal sealed class FairQueue(InferenceSchedulerOptions options, TimeProvider time) : WorkSource
{
    private readonly WaitingModels _models = new();
    private long _numbers;
    private readonly FairShares _shares = new();
    private int _waiting;
    private int _running;
    private readonly ShortPlaces _places = new(options.Threads);

    /// <summary>How many wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many run.</summary>
    public int Running => Volatile.Read(ref _running) + _places.Taken;

    /// <summary>Adds a run. Where the queue is full, a less urgent one may be refused in its place, or one of a model for which more wait.</summary>
    /// <param name="model">Its model.</param>
    /// <param name="run">The run.</param>
    /// <param name="displaced">The run that makes way for it, with its model: for the caller to tell.</param>
    /// <returns>Why it was not added, or the other made way; null when neither.</returns>
    public Refusal? TryAdd(ModelRuns model, ScheduledRun run, out (ModelRuns Model, ScheduledRun Run)? displaced)
    {
        lock (Gate)
        {
            displaced = null;
            Refusal? refusal = null;
            if (Judge_NeedsLock(model, run, ref displaced) is { } reason)
            {
                return Refuse_NeedsLock(model, reason);
            }

            if (displaced is { } victim)
            {
                refusal = Refuse_NeedsLock(victim.Model, victim.Model == model ? RefusalReason.ModelQueueFull : RefusalReason.QueueFull);
                Remove_NeedsLock(victim.Model, victim.Run);
            }

            run.Number = ++_numbers;
            run.QueuedAt = time.GetTimestamp();
            _shares.Lift(model, run.Level);
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
            return refusal;
        }
    }

    /// <summary>
    /// Lets a run of a model whose runs are short begin at once, past the line, on whatever thread is at hand: in the place of an idle thread for inference, where
    /// nobody waits for that; or beside them, where nobody gains by its waiting. It takes no lock that other models' runs take, and as nobody waits for what it takes,
    /// the model is not charged for it.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="bytes">The bytes of its inputs.</param>
    /// <param name="longest">The longest run that is short there.</param>
    /// <returns>Its place, to be left with <see cref="EndShort"/>.</returns>
    public ShortPlace TryBeginShort(ModelRuns model, long bytes, TimeSpan longest) =>
        IsClosed ? ShortPlace.None : _places.TryTake(model.Cost, bytes, longest, Waiting > 0, in _running);

    /// <summary>How many of a model wait for a thread, and not for company.</summary>
    public int CountReady(ModelRuns model)
    {
        lock (Gate)
        {
            return model.IsReady ? model.Waiting : 0;
        }
    }

    /// <summary>What was begun so has ended.</summary>
    public void EndShort(ShortPlace place) => _places.Leave(place);

    /// <summary>Takes out a run that is not wanted any more. False when a thread has taken it already, or it has been refused.</summary>
    /// <param name="model">Its model.</param>
    /// <param name="run">The run.</param>
    /// <param name="isLate">Whether its time is up. Who was late counts for those to come: or only those would that were not.</param>
    public bool TryRemove(ModelRuns model, ScheduledRun run, bool isLate)
    {
        lock (Gate)
        {
            var isRemoved = Remove_NeedsLock(model, run);
            if (isRemoved && isLate)
            {
                model.Learn(run, time.GetElapsedTime(run.QueuedAt));
            }

            return isRemoved;
        }
    }

    /// <summary>What was taken has ended.</summary>
    /// <param name="model">Its model.</param>
    /// <param name="level">The level at which it was taken.</param>
    /// <param name="more">How many seconds it took beyond what the model was charged for it.</param>
    public void End(ModelRuns model, int level, double more)
    {
        lock (Gate)
        {
            _running--;
            var isReady = model.IsReady;
            if (isReady)
            {
                _models.RemoveReady(model);
            }

            _shares.Correct(model, level, more);
            if (isReady)
            {
                _models.AddReady(model);
            }

            if (_running == 0 && _waiting == 0)
            {
                _shares.Settle();
            }
        }
    }

    protected override IWork? TakeNext_NeedsLock()
    {
        if (!_models.TryTakeReady(out var model))
        {
            return null;
        }

        var ready = model.Waiting;
        var first = model.Take(out var others);
        model.Learn(first, time.GetElapsedTime(first.QueuedAt));
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
        _running++;
        return new RunGroup(this, time, model, first, others, _shares.Charge(model, first.Level, 1 + (others?.Count ?? 0)));
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

        var ahead = model.CountBefore(run.Level);
        var expected = QueueRule.Expect(ahead, run.Kind?.MaxRows ?? 1, model.Cost, options.Threads);
        if (!QueueRule.MayBeInTime(ahead, expected, model.GetLateness(run.Level), run.Remaining))
        {
            return RefusalReason.TooLate;
        }

        run.Expected = model.Come(run.Level, ahead) ? expected : null;

        if (model.Waiting >= options.MaxQueuedPerModel)
        {
            displaced = model.Last!.Level > run.Level ? (model, model.Last) : null;
            return displaced is null ? RefusalReason.ModelQueueFull : null;
        }

        if (_waiting >= options.MaxQueued)
        {
            displaced = _models.FindDisplaced(model, run);
            return displaced is null ? RefusalReason.QueueFull : null;
        }

        return null;
    }

    // Before the queue has a place, all of it has to move on; before the model has one, that model with the share that the others leave it.
    private Refusal Refuse_NeedsLock(ModelRuns model, RefusalReason reason)
    {
        var work = reason == RefusalReason.QueueFull ? _models.Work : model.Cost.Item * model.Waiting * _models.Count;
        return new Refusal(reason, QueueRule.GetRetryAfter(work > TimeSpan.Zero ? work : null, options.Threads, options.RetryAfter));
    }

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
        else if (QueueRule.GetDelay(run, model.Cost) is var delay && (delay <= TimeSpan.Zero || model.IsFull))
        {
            EndGathering_NeedsLock(model);
        }
        else
        {
            Gather_NeedsLock(model, delay);
        }
    }

    // The most impatient of those that wait for company says for how long.
    private void Gather_NeedsLock(ModelRuns model, TimeSpan delay)
    {
        var end = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
        if (model.Gathering is null)
        {
            model.GatheringEnd = end;
            _models.AddGathering(model, time.CreateTimer(_ => EndGathering(model), null, delay, Timeout.InfiniteTimeSpan));
        }
        else if (end < model.GatheringEnd)
        {
            model.GatheringEnd = end;
            model.Gathering.Change(delay, Timeout.InfiniteTimeSpan);
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
