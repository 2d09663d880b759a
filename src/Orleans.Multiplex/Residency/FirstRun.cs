namespace Orleans.Multiplex.Residency;

/// <summary>Lets the first run of a model go ahead, which may do harm that its opening did not.</summary>
/// <param name="admit">Lets it; what it returns is disposed when the run has ended.</param>
internal sealed class FirstRun(Func<CancellationToken, ValueTask<IDisposable?>> admit)
{
    private int _hasBegun;

    /// <summary>Whether a run has begun, so that the others go ahead without waiting.</summary>
    public bool HasBegun => Volatile.Read(ref _hasBegun) != 0;

    /// <summary>Begins a run. What it returns is disposed when the run has ended; null for all but the first one.</summary>
    public ValueTask<IDisposable?> BeginAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _hasBegun) != 0 || Interlocked.Exchange(ref _hasBegun, 1) != 0 ? default : BeginFirstAsync(cancellationToken);

    private async ValueTask<IDisposable?> BeginFirstAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await admit(cancellationToken);
        }
        catch
        {
            Volatile.Write(ref _hasBegun, 0);
            throw;
        }
    }
}
