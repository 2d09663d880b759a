using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Execution;

/// <summary>
/// Runs inference, and users' synchronous model code, on a few threads of its own: never on the grain scheduler, and never more at
/// once than there are threads. What waits goes by its priority; it is bounded in number, so that the least urgent is refused, and each
/// item by its deadline. Work that does not end long after nobody
/// waits for it any more counts as stuck: another thread takes the place of the one that it keeps.
/// </summary>
internal sealed partial class InferenceScheduler(InferenceSchedulerOptions options, string silo, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How long after its caller has gone, or its time is up, work counts as stuck.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;
    private readonly DedicatedThreads _threads = new("multiplex-run", options.Threads, options.MaxQueued);

    /// <summary>What waits for a thread.</summary>
    public int Waiting => _threads.Waiting;

    /// <summary>
    /// Runs work on an inference thread. Work that is cancelled, or whose time is up, before a thread is free leaves the queue at once and
    /// does not run.
    /// </summary>
    /// <param name="modelId">The model, for errors.</param>
    /// <param name="work">The work; gets the time that it waited.</param>
    /// <param name="remaining">The time left to the request; bounds the wait for a thread and the wait for the result.</param>
    /// <param name="priority">1 is the most urgent, and all from 9 on are the least; 0 is the default, which is as 5.</param>
    /// <param name="ended">
    /// Called exactly once, when the work has ended or will never run: here goes what must live as long as the run and not only as long
    /// as somebody waits for it.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; a run that has begun goes on, unless it looks at the token itself.</param>
    /// <exception cref="OverloadedException">The queue is full, or it was and more urgent work came.</exception>
    /// <exception cref="InferenceTimeoutException">The time is up.</exception>
    public async Task<T> RunAsync<T>(
        string modelId, Func<TimeSpan, T> work, TimeSpan remaining, int priority, Action ended, CancellationToken cancellationToken)
    {
        var queuedAt = time.GetTimestamp();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var use = new ThreadUse(_threads);
        var queued = new QueuedWork(Run, Refuse);
        if (cancellationToken.IsCancellationRequested || !_threads.TryAdd(queued, priority))
        {
            ended();
            cancellationToken.ThrowIfCancellationRequested();
            throw Overloaded();
        }

        try
        {
            return await done.Task.WaitAsync(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, time, cancellationToken);
        }
        catch (TimeoutException error) when (!ReferenceEquals(error, done.Task.Exception?.InnerException))
        {
            Abandon(TimeSpan.Zero);
            throw Timeout();
        }
        catch (OperationCanceledException) when (!done.Task.IsCompleted)
        {
            Abandon(remaining - time.GetElapsedTime(queuedAt));
            throw;
        }

        // Nobody waits any more. What has not begun never will; what runs has the rest of its time.
        void Abandon(TimeSpan left)
        {
            if (_threads.TryRemove(queued))
            {
                ended();
            }
            else
            {
                _ = ReplaceWhenStuckAsync(modelId, use, done.Task, left);
            }
        }

        void Run()
        {
            var waited = time.GetElapsedTime(queuedAt);
            if (cancellationToken.IsCancellationRequested)
            {
                ended();
                done.TrySetCanceled(cancellationToken);
                return;
            }

            if (waited >= remaining)
            {
                ended();
                Fail(Timeout());
                return;
            }

            use.Begin();
            T? result = default;
            Exception? failure = null;
            try
            {
                result = work(waited);
            }
#pragma warning disable CA1031 // Whatever the work throws belongs to its caller, not to this thread.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = error;
            }

            ended();
            use.End();
            if (failure is null)
            {
                done.TrySetResult(result!);
            }
            else
            {
                Fail(failure);
            }
        }

        void Refuse()
        {
            ended();
            Fail(Overloaded());
        }

        // Nobody may be waiting any more; an error nobody sees must not be reported as unobserved.
        void Fail(Exception error)
        {
            done.TrySetException(error);
            _ = done.Task.Exception;
        }

        OverloadedException Overloaded() => new(
            modelId,
            $"Silo '{silo}' has {options.MaxQueued} requests waiting for its {options.Threads} inference threads that are as urgent or more "
            + "(Multiplex:Execution:MaxQueued). Send fewer at once, or add a silo.",
            options.RetryAfter);

        InferenceTimeoutException Timeout() =>
            new(modelId, use.HasBegun ? "while it ran" : "while it waited for an inference thread");
    }

    // Work whose caller went away early has its whole time first.
    private async Task ReplaceWhenStuckAsync(string modelId, ThreadUse use, Task work, TimeSpan left)
    {
        await work.WaitAsync(StuckAfter + (left > TimeSpan.Zero ? left : TimeSpan.Zero), time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!work.IsCompleted && use.TryReplace())
        {
            LogStuck(modelId, StuckAfter.TotalSeconds, _threads.Substitutes);
        }
    }

    [LoggerMessage(LogEvents.ExecutionIds + 0, LogLevel.Error,
        "Model '{Model}' has kept an inference thread for {Seconds} s after its time was up; another thread takes its place "
        + "({Kept} are kept so). Mend the model's code: it must end.")]
    private partial void LogStuck(string model, double seconds, int kept);

    /// <summary>Completes when the threads have ended.</summary>
    public Task WhenEnded => _threads.WhenEnded;

    /// <summary>Takes no more work; what was taken is run to its end, for which this does not wait.</summary>
    public void Dispose() => _threads.Dispose();
}
