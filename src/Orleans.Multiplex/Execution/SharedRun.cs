namespace Orleans.Multiplex.Execution;

/// <summary>A run of several requests, which counts once.</summary>
internal sealed class SharedRun
{
    private int _isClaimed;

    /// <summary>Whether nobody has counted it yet.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _isClaimed, 1) == 0;
}
