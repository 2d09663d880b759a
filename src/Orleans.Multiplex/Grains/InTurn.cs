namespace Orleans.Multiplex.Grains;

/// <summary>Asks silos whose stores would all say the same, one after the other until one of them answers, in one time for all.</summary>
/// <param name="patience">
/// The time for all. Each may take half of what is left of it, so that one which does not answer leaves some to those after it; the last
/// may take all.
/// </param>
/// <param name="time">The clock.</param>
internal sealed class InTurn(TimeSpan patience, TimeProvider time)
{
    /// <summary>The first answer; null when all say that they have none.</summary>
    /// <exception cref="StoreUnavailableException">None has answered, and some did not in time, or could not reach their store.</exception>
    /// <exception cref="MultiplexException">What one of them says of the model; it would be the same with the others.</exception>
    public async Task<TAnswer?> AskAsync<TSilo, TAnswer>(
        string model, IReadOnlyList<TSilo> silos, Func<TSilo, Task<TAnswer?>> ask, CancellationToken cancellationToken)
        where TAnswer : class
    {
        var startedAt = time.GetTimestamp();
        StoreUnavailableException? refusal = null;
        for (var i = 0; i < silos.Count; i++)
        {
            var left = patience - time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero)
            {
                break;
            }

            try
            {
                if (await ask(silos[i]).WaitAsync(i == silos.Count - 1 ? left : left / 2, time, cancellationToken) is { } answer)
                {
                    return answer;
                }
            }
            catch (StoreUnavailableException error)
            {
                refusal = error;
            }
            catch (Exception error) when (error is TimeoutException or OrleansException)
            {
                refusal ??= new StoreUnavailableException(model, "the silo that was asked does not answer.", TimeSpan.FromSeconds(1));
            }
        }

        return refusal is null ? null : throw refusal;
    }
}
