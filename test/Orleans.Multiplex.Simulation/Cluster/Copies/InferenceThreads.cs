using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Simulation.Events;

namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>
/// The inference threads of a silo. Whose turn it is, who is refused and what the next request would wait is production's (<see cref="FairShares"/>, <see cref="WaitingModels"/>,
/// <see cref="QueueRule"/>), in the order of steps of <see cref="FairQueue"/>, which would keep a real thread for each run.
/// </summary>
/// <param name="threads">How many there are.</param>
/// <param name="service">What each run takes.</param>
/// <param name="queue">The events.</param>
/// <param name="time">Their clock.</param>
internal sealed class InferenceThreads(int threads, TimeSpan service, EventQueue queue, TimeProvider time)
{
    /// <summary>The time that a request has.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly WaitingModels _models = new();
    private readonly FairShares _shares = new();
    private long _numbers;

    public int Threads => threads;

    public int Running { get; private set; }

    /// <summary>What all runs have taken.</summary>
    public BusyTime Busy { get; } = new(time);

    /// <summary>What the next request of a model waits behind those that wait.</summary>
    public TimeSpan GetWait(ModelRuns model) => GetPace(model) * model.Waiting;

    public TimeSpan GetPace(ModelRuns model) => QueueRule.GetPace(model.Cost, threads, model.GetLateness(RunPriority.Default));

    /// <summary>Queues a run. False when it would be too late, so that it is refused.</summary>
    /// <param name="model">Its model.</param>
    /// <param name="ended">Called with whether it was answered in time.</param>
    public bool TryRun(ModelRuns model, Action<bool> ended)
    {
        var run = new SimulatedRun(Patience, ended);
        var ahead = model.CountBefore(run.Level);
        var expected = QueueRule.Expect(ahead, together: 1, model.Cost, threads);
        if (!QueueRule.MayBeInTime(ahead, expected, model.GetLateness(run.Level), run.Remaining))
        {
            return false;
        }

        run.Expected = model.Come(run.Level, ahead) ? expected : null;
        run.Number = ++_numbers;
        run.QueuedAt = queue.Now.Ticks;
        _shares.Lift(model, run.Level);
        model.Add(run);
        if (!model.IsReady)
        {
            _models.AddReady(model);
        }

        Next();
        return true;
    }

    private void Next()
    {
        while (Running < threads && _models.TryTakeReady(out var model))
        {
            var run = (SimulatedRun)model.Take(out _);
            var waited = queue.Now - TimeSpan.FromTicks(run.QueuedAt);
            model.Learn(run, waited);
            var isWanted = waited < run.Remaining;
            var charged = isWanted ? _shares.Charge(model, run.Level, items: 1) : 0;
            if (model.Waiting > 0)
            {
                _models.AddReady(model);
            }

            if (isWanted)
            {
                Running++;
                model.EndWait(waited);
                model.Begin(time.GetTimestamp());
                queue.After(service, () => End(model, run, charged));
            }
            else
            {
                run.End(isAnswered: false);
            }
        }
    }

    private void End(ModelRuns model, SimulatedRun run, double charged)
    {
        Running--;
        model.End(time.GetTimestamp() - (long)(service.TotalSeconds * time.TimestampFrequency), service);
        model.Measure(service, items: 1, bytes: 1);
        var isReady = model.IsReady;
        if (isReady)
        {
            _models.RemoveReady(model);
        }

        _shares.Correct(model, run.Level, service.TotalSeconds - charged);
        if (isReady)
        {
            _models.AddReady(model);
        }

        if (Running == 0 && _models.Count == 0)
        {
            _shares.Settle();
        }

        run.End(isAnswered: true);
        Next();
    }
}
