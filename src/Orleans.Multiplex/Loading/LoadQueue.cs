namespace Orleans.Multiplex.Loading;

/// <summary>
/// How many loads are worked on at once. A load that has to wait for room gives its turn to another and takes one again afterwards, so
/// that loads which can go on are not held up by one which cannot.
/// </summary>
#pragma warning disable CA1001 // The semaphore has no handle, so there is nothing to dispose; a load deaf to its end gives its turn back late.
internal sealed class LoadQueue(int maxParallel)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _turns = new(maxParallel);

    public Task EnterAsync(CancellationToken cancellationToken) => _turns.WaitAsync(cancellationToken);

    public void Leave() => _turns.Release();
}
