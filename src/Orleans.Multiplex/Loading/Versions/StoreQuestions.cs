namespace Orleans.Multiplex.Loading;

/// <summary>Asks the store, a few questions at once. A store that is deaf to the end of a question keeps its turn, and with it the thread that it blocks: there are no more such than turns.</summary>
/// <param name="time">The clock.</param>
#pragma warning disable CA1001 // The semaphore has no handle, so there is nothing to dispose.
internal sealed class StoreQuestions(TimeProvider time)
#pragma warning restore CA1001
{
    /// <summary>The most questions at once.</summary>
    public const int MaxAtOnce = 8;

    private readonly SemaphoreSlim _turns = new(MaxAtOnce);

    /// <summary>Asks in turn.</summary>
    /// <param name="model">The model, for errors.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="patience">When the store is given up; waiting for the turn is not its silence.</param>
    /// <param name="onTurn">Is called when the turn has come.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    public async Task<T> AskAsync<T>(string model, Func<CancellationToken, ValueTask<T>> ask, TimeSpan patience, Action onTurn, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        onTurn();
        using var over = new CancellationTokenSource(patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        var token = stop.Token;
        var asking = Task.Run(AskInTurnAsync, CancellationToken.None);
        _ = asking.ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
        try
        {
            return await asking.WaitAsync(token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException(model, $"it did not answer within {patience.TotalSeconds:0} s.", TimeSpan.Zero);
        }

        async Task<T> AskInTurnAsync()
        {
            try
            {
                return await ask(token);
            }
            finally
            {
                _turns.Release();
            }
        }
    }
}
