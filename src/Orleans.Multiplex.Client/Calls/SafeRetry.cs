using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Messaging;

namespace Orleans.Multiplex.Calls;

/// <summary>
/// Makes a call again, until its deadline, when it failed because an activation or a silo went away. Only for calls that may be made
/// twice.
/// </summary>
internal sealed class SafeRetry(TimeProvider time, Random random, ILogger logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(500);
    private readonly Lock _randomLock = new();

    /// <summary>Calls until there is an answer, an error that a new try would not change, or the deadline.</summary>
    /// <param name="modelId">The model for the errors; empty for a call to no model.</param>
    /// <param name="timeout">The time until the deadline.</param>
    /// <param name="grace">How long a try under way at the deadline is still waited for: its silo knows better where the time went.</param>
    /// <param name="attempt">One try; gets what is left until the deadline.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    public async Task<T> RunAsync<T>(
        string modelId, TimeSpan timeout, TimeSpan grace, Func<TimeSpan, CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = time.GetTimestamp();
        using var limit = new CancellationTokenSource(timeout + grace, time);
        using var linked = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        Exception last;
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await attempt(timeout - time.GetElapsedTime(start), limit.Token).WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                throw new InferenceTimeoutException(modelId, "waiting for the answer of its silo");
            }
            catch (Exception e) when (IsPassing(e))
            {
                logger.TryFailed(e, modelId, time.GetElapsedTime(start).TotalMilliseconds);
                last = e;
            }

            var pause = delay + (delay * NextJitter());
            if (time.GetElapsedTime(start) + pause >= timeout)
            {
                throw DeadlinePassed(modelId, last);
            }

            try
            {
                await Task.Delay(pause, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw new OperationCanceledException(cancellationToken);
            }
        }
    }

    /// <summary>
    /// Whether the same call, made again, may well succeed: what failed is the way to the model, not the model. That a silo was lost counts
    /// also where the model's own code met it, in a call of its own.
    /// </summary>
    internal static bool IsPassing(Exception error) => error
        is ModelUnloadedException
        or OrleansMessageRejectionException // and SiloUnavailableException, which derives from it
        or ConnectionFailedException
        or GatewayTooBusyException
        or EnumerationAbortedException // the activation that was being enumerated is gone
        || (OwnErrors.IsAmbiguous(error) && !OwnErrors.IsMarked(error)); // no answer within the response timeout; no silo to place the grain on, now

    private MultiplexException DeadlinePassed(string modelId, Exception last)
    {
        logger.GaveUp(last, modelId);
        return last switch
        {
            TimeoutException => new InferenceTimeoutException(modelId, "waiting for silos that gave no answer within the time allowed to one attempt"),
            ModelUnloadedException => new ModelLoadingException(modelId, "it was unloaded each time the request reached it", LongestDelay),
            _ => new ClusterUnavailableException(modelId, LongestDelay),
        };
    }

    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "It only spreads retries in time.")]
    private double NextJitter()
    {
        lock (_randomLock)
        {
            return random.NextDouble() / 2;
        }
    }
}
