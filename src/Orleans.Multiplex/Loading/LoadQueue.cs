namespace Orleans.Multiplex.Loading;

/// <summary>
/// How many loads are worked on at once. A load that has to wait for room gives its turn to another and takes one again afterwards, so
/// that loads which can go on are not held up by one which cannot. A load that was ended and goes on all the same, deaf to it, is left
/// behind: its turn goes to another, a bounded number of times.
/// </summary>
/// <param name="maxParallel">How many.</param>
/// <param name="maxBytes">How many bytes of models are opened at once.</param>
#pragma warning disable CA1001 // The semaphore has no handle, so there is nothing to dispose; a load deaf to its end gives its turn back late.
internal sealed class LoadQueue(int maxParallel, long maxBytes)
#pragma warning restore CA1001
{
    /// <summary>The most loads that may be left behind at once.</summary>
    private const int MaxLeftBehind = 16;

    private readonly SemaphoreSlim _turns = new(maxParallel);
    private int _leftBehind;

    /// <summary>The bytes of the models that are being opened.</summary>
    public BytesInProgress Bytes { get; } = new(maxBytes);

    public Task EnterAsync(CancellationToken cancellationToken) => _turns.WaitAsync(cancellationToken);

    public void Leave() => _turns.Release();

    /// <summary>Gives the turn of a load that does not end to another. False when there are too many of them already.</summary>
    public bool TryLeaveBehind()
    {
        if (Interlocked.Increment(ref _leftBehind) > MaxLeftBehind)
        {
            Interlocked.Decrement(ref _leftBehind);
            return false;
        }

        Leave();
        return true;
    }

    /// <summary>A load that was left behind has ended.</summary>
    public void EndLeftBehind() => Interlocked.Decrement(ref _leftBehind);
}
