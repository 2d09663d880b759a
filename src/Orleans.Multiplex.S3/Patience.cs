namespace Orleans.Multiplex.S3;

/// <summary>Gives up what brings nothing for too long, and what its caller ends.</summary>
internal sealed class Patience : IDisposable
{
    private readonly TimeSpan _longest;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _caller;
    private readonly CancellationToken _callerToken;

    public Patience(TimeSpan longest, TimeProvider time, CancellationToken caller)
    {
        _longest = longest;
        _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _callerToken = caller;
        _caller = caller.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
    }

    public CancellationToken Token => _end.Token;

    /// <summary>Whether too long has passed.</summary>
    public bool IsOver => _end.IsCancellationRequested && !_callerToken.IsCancellationRequested;

    /// <summary>Something is waited for from now on.</summary>
    public void Begin() => _end.CancelAfter(_longest);

    /// <summary>It has come; what follows may take its time.</summary>
    public void End() => _end.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _caller.Dispose();
        _end.Dispose();
    }
}
