namespace Orleans.Multiplex.Tests;

/// <summary>A place at which the code under test waits until the test lets it go on; the test learns that it was reached.</summary>
internal sealed class Checkpoint
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task.Soon();

    public void Open() => _opened.TrySetResult();

    /// <summary>Arrives and waits.</summary>
    public Task PassAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        return _opened.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Arrives and waits, deaf to whatever would end the wait.</summary>
    public Task PassDeafAsync() => PassAsync(CancellationToken.None);

    /// <summary>Arrives and blocks the thread.</summary>
    public void Block() => PassDeafAsync().GetAwaiter().GetResult();
}
