namespace Orleans.Multiplex.Execution;

/// <summary>
/// Runs inference, and users' synchronous model code, on a few threads of its own: never on the grain scheduler, and never more at
/// once than there are threads. What waits is bounded in number, and each item by its deadline.
/// </summary>
internal sealed class InferenceScheduler(InferenceSchedulerOptions options, string silo, TimeProvider time) : IAsyncDisposable
{
    private const string Waiting = "while it waited for an inference thread";

    private readonly DedicatedThreads _threads = new("multiplex-run", options.Threads, options.MaxQueued);

    /// <summary>
    /// Runs work on an inference thread. Work that was cancelled, or whose time is up, before a thread was free does not run.
    /// </summary>
    /// <param name="modelId">The model, for errors.</param>
    /// <param name="work">The work; gets the time that it waited.</param>
    /// <param name="remaining">The time left to the request; bounds the wait for a thread and the wait for the result.</param>
    /// <param name="ended">
    /// Called exactly once, when the work has ended or will never run: here goes what must live as long as the run and not only as long
    /// as somebody waits for it.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; a run that has begun goes on, unless it looks at the token itself.</param>
    /// <exception cref="OverloadedException">The queue is full.</exception>
    /// <exception cref="InferenceTimeoutException">The time is up.</exception>
    public async Task<T> RunAsync<T>(
        string modelId, Func<TimeSpan, T> work, TimeSpan remaining, Action ended, CancellationToken cancellationToken)
    {
        var queuedAt = time.GetTimestamp();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var hasBegun = false;
        if (cancellationToken.IsCancellationRequested || !_threads.TryAdd(Run))
        {
            ended();
            cancellationToken.ThrowIfCancellationRequested();
            throw new OverloadedException(
                modelId,
                $"Silo '{silo}' has {options.MaxQueued} requests waiting for its {options.Threads} inference threads "
                + "(Multiplex:Execution:MaxQueued). Send fewer at once, or add a silo.",
                options.RetryAfter);
        }

        try
        {
            return await done.Task.WaitAsync(remaining, time, cancellationToken);
        }
        catch (TimeoutException) when (!done.Task.IsFaulted)
        {
            throw new InferenceTimeoutException(modelId, Volatile.Read(ref hasBegun) ? "while it ran" : Waiting);
        }

        void Run()
        {
            var waited = time.GetElapsedTime(queuedAt);
            if (cancellationToken.IsCancellationRequested || waited >= remaining)
            {
                ended();
                done.TrySetException(
                    cancellationToken.IsCancellationRequested
                        ? new OperationCanceledException(cancellationToken)
                        : new InferenceTimeoutException(modelId, Waiting));
                _ = done.Task.Exception;
                return;
            }

            Volatile.Write(ref hasBegun, true);
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
            if (failure is null)
            {
                done.TrySetResult(result!);
            }
            else if (!done.TrySetException(failure))
            {
                return;
            }

            // Nobody may be waiting any more; an error nobody sees must not be reported as unobserved.
            _ = done.Task.Exception;
        }
    }

    public ValueTask DisposeAsync() => _threads.DisposeAsync();
}

/// <summary>How the inference scheduler behaves.</summary>
/// <param name="Threads">The number of inference threads.</param>
/// <param name="MaxQueued">How many requests may wait for one.</param>
/// <param name="RetryAfter">What is told to those who find the queue full.</param>
internal sealed record InferenceSchedulerOptions(int Threads, int MaxQueued, TimeSpan RetryAfter);
