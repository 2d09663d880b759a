using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// Runs inference, and users' synchronous model code, on a few threads of its own, never on the grain scheduler. What waits is in the
/// <see cref="FairQueue"/>. Short runs stay where they are, since to hand them over would take as long: a bounded number at once
/// (<see cref="ShortPlaces"/>). Work that does not end long after nobody waits for it any more counts as stuck: another thread takes the place of the one that
/// it keeps.
/// </summary>
internal sealed partial class InferenceScheduler : IDisposable
{
    /// <summary>How long after its caller has gone, or its time is up, work counts as stuck.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(10);

    private readonly ConditionalWeakTable<object, ModelRuns> _models = [];
    private readonly InferenceSchedulerOptions _options;
    private readonly string _silo;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FairQueue _queue;
    private readonly DedicatedThreads _threads;

    /// <param name="options">How it behaves.</param>
    /// <param name="silo">The silo's name, for errors.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public InferenceScheduler(InferenceSchedulerOptions options, string silo, TimeProvider time, ILogger logger)
    {
        _options = options;
        _silo = silo;
        _time = time;
        _logger = logger;
        Busy = new BusyTime(time);
        _queue = new FairQueue(options, time);
        _threads = new DedicatedThreads("multiplex-run", options.Threads, _queue);
    }

    /// <summary>What waits for a thread.</summary>
    public int Waiting => _queue.Waiting;

    /// <summary>What runs, on a thread of its own or on the thread pool.</summary>
    public int Running => _queue.Running;

    /// <summary>The inference threads.</summary>
    public int Threads => _options.Threads;

    /// <summary>What runs have taken, all together.</summary>
    public BusyTime Busy { get; }

    /// <summary>How much each request that is there adds to the wait of the model's next one, in the crowd that there is; zero where that was not measured.</summary>
    public TimeSpan GetPace(ModelRuns model) => QueueRule.GetPace(model.Cost, _options.Threads, model.GetLateness(RunPriority.Default));

    /// <summary>What the next request of a model waits behind those that wait for a thread, and not for company.</summary>
    public TimeSpan GetWait(ModelRuns model) => GetPace(model) * _queue.CountReady(model);

    /// <summary>Completes when the threads have ended.</summary>
    public Task WhenEnded => _threads.WhenEnded;

    /// <summary>The line of a model that is resident: the same one as long as it is.</summary>
    /// <param name="resident">What stands for it.</param>
    /// <param name="modelId">Its id, for errors.</param>
    public ModelRuns GetRuns(object resident, string modelId) =>
        _models.TryGetValue(resident, out var runs) ? runs : _models.GetValue(resident, _ => new ModelRuns(modelId, new BusyTime(_time), Busy));

    /// <summary>How many requests wait for a model that is resident.</summary>
    public int CountWaiting(object resident) => _models.TryGetValue(resident, out var runs) ? runs.Waiting : 0;

    /// <summary>
    /// Runs work on an inference thread. Work that is cancelled, or whose time is up, before a thread is free leaves the queue at once and
    /// does not run.
    /// </summary>
    /// <param name="model">Whose line it joins.</param>
    /// <param name="run">The work.</param>
    /// <exception cref="OverloadedException">The queue is full, or it was and other work had more right to it, or it could not end in time.</exception>
    /// <exception cref="InferenceTimeoutException">The time is up.</exception>
    public async Task<T> RunAsync<T>(ModelRuns model, ScheduledResult<T> run)
    {
        if (run.CancellationToken.IsCancellationRequested)
        {
            run.Drop(ErrorKind.Cancelled);
            throw new OperationCanceledException(run.CancellationToken);
        }

        var startedAt = _time.GetTimestamp();
        run.Trace = RunTrace.Begin(model.ModelId);
        Queue(model, run);
        try
        {
            return await run.Result.WaitAsync(run.Remaining > TimeSpan.Zero ? run.Remaining : TimeSpan.Zero, _time, run.CancellationToken);
        }
        // A timeout may also be what the work itself has thrown.
        catch (TimeoutException error) when (!run.HasBegun || !ReferenceEquals(error, run.Result.Exception?.InnerException))
        {
            var hasBegun = run.HasBegun;
            Abandon(model, run, run.Result, TimeSpan.Zero, isLate: true);
            throw new InferenceTimeoutException(model.ModelId, hasBegun ? "while it ran" : "while it waited for an inference thread");
        }
        catch (OperationCanceledException) when (!run.Result.IsCompleted)
        {
            Abandon(model, run, run.Result, run.Remaining - _time.GetElapsedTime(startedAt), isLate: false);
            throw;
        }
    }

    /// <summary>Lets a short run begin at once on the thread at hand, where nobody waits and a thread for inference is idle, or nobody gains by its waiting.</summary>
    /// <param name="model">Its model.</param>
    /// <param name="bytes">The bytes of its inputs.</param>
    /// <returns>Its place, to be left with <see cref="EndHere"/>.</returns>
    public ShortPlace TryBeginHere(ModelRuns model, long bytes) => _queue.TryBeginShort(model, bytes, QueueRule.LongestHere);

    /// <summary>What was begun so has ended.</summary>
    public void EndHere(ShortPlace place) => _queue.EndShort(place);

    /// <summary>Takes no more work; what was taken is run to its end, for which this does not wait.</summary>
    public void Dispose() => _threads.Dispose();

    private void Queue(ModelRuns model, ScheduledRun run)
    {
        // The turn of the grain ends first: what it is sent, as a cancellation, reaches it during the run.
        var place = run is { NeverBlocks: true, MustQueue: false } && !MayGainTogether(model, run.Kind) ? _queue.TryBeginShort(model, run.Bytes, QueueRule.LongestOnPool) : ShortPlace.None;
        if (place != ShortPlace.None)
        {
            ThreadPool.UnsafeQueueUserWorkItem(new ShortRun(_queue, _time, model, run, place), preferLocal: true);
            return;
        }

        var refusal = _queue.TryAdd(model, run, out var displaced);
        if (displaced is { } victim)
        {
            victim.Run.Fail(Overloaded(victim.Model, refusal!));
        }
        else if (refusal is not null)
        {
            var overloaded = Overloaded(model, refusal);
            run.Drop(ErrorKind.Of(overloaded));
            throw overloaded;
        }
    }

    private static bool MayGainTogether(ModelRuns model, RunKind? kind) =>
        kind is not null && (kind.MaxDelay > TimeSpan.Zero || QueueRule.MayGainTogether(model.Cost));

    // Nobody waits any more. What has not begun never will; what runs has the rest of its time.
    private void Abandon(ModelRuns model, ScheduledRun run, Task result, TimeSpan left, bool isLate)
    {
        if (_queue.TryRemove(model, run, isLate))
        {
            run.Drop(isLate ? ErrorKind.Timeout : ErrorKind.Cancelled);
        }
        else
        {
            run.Abandon();
            _ = ReplaceWhenStuckAsync(model.ModelId, run, result, left);
        }
    }

    // Work whose caller went away early has its whole time first.
    private async Task ReplaceWhenStuckAsync(string modelId, ScheduledRun run, Task result, TimeSpan left)
    {
        await result.WaitAsync(StuckAfter + (left > TimeSpan.Zero ? left : TimeSpan.Zero), _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!result.IsCompleted && run.TryReplaceThread())
        {
            LogStuck(modelId, StuckAfter.TotalSeconds, _threads.Substitutes);
        }
    }

    private OverloadedException Overloaded(ModelRuns model, Refusal refusal) => new(
        model.ModelId,
        refusal.Reason switch
        {
            RefusalReason.QueueFull =>
                $"Silo '{_silo}' has {_options.MaxQueued} requests waiting for its {_options.Threads} inference threads that have more right to them "
                + "(Multiplex:Execution:MaxQueued). Send fewer at once, or add a silo.",
            RefusalReason.ModelQueueFull =>
                $"Silo '{_silo}' has {_options.MaxQueuedPerModel} requests waiting for this model that are as urgent or more "
                + "(Multiplex:Execution:MaxQueuedPerModel). Send fewer at once, or add a silo.",
            RefusalReason.TooLate =>
                $"Silo '{_silo}' has so many requests waiting for this model that this one could not be answered in its time. "
                + "Send fewer at once, give them more time, or add a silo.",
            _ => $"Silo '{_silo}' stops.",
        },
        refusal.RetryAfter);

    [LoggerMessage(LogEvents.ExecutionIds + 0, LogLevel.Error,
        "Model '{Model}' has kept an inference thread for {Seconds} s after its time was up; another thread takes its place "
        + "({Kept} are kept so). Mend the model's code: it must end.")]
    private partial void LogStuck(string model, double seconds, int kept);
}
