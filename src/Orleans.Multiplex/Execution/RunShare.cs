namespace Orleans.Multiplex.Execution;

/// <summary>The part that a request has of a run.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="RunRows">The rows of the run.</param>
/// <param name="Run">What all parts of the run have in common; null for a run of its own.</param>
internal readonly record struct RunShare(long Rows, long RunRows, SharedRun? Run)
{
    /// <summary>A run of its own.</summary>
    public static RunShare Alone(long rows) => new(rows, rows, null);

    /// <summary>Whether this is the part for which the run counts: the first that is counted.</summary>
    public bool Claim() => Run is null || Run.TryClaim();
}
