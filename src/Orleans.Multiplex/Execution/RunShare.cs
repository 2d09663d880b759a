namespace Orleans.Multiplex.Execution;

/// <summary>The part that a request has of a run.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="RunRows">The rows of the run.</param>
/// <param name="IsFirst">Whether it is the one of its requests for which the run counts.</param>
internal readonly record struct RunShare(long Rows, long RunRows, bool IsFirst)
{
    /// <summary>A run of its own.</summary>
    public static RunShare Alone(long rows) => new(rows, rows, IsFirst: true);
}
