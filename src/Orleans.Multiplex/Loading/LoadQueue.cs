namespace Orleans.Multiplex.Loading;

/// <summary>
/// How many loads are worked on at once. A load that has to wait for room gives its turn to another and takes one again afterwards, so
/// that loads which can go on are not held up by one which cannot.
/// </summary>
internal sealed class LoadQueue(int maxParallel) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(maxParallel);

    public Task EnterAsync(CancellationToken cancellationToken) => _turns.WaitAsync(cancellationToken);

    public void Leave() => _turns.Release();

    public void Dispose() => _turns.Dispose();
}
