namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>A line that the worker writes.</summary>
/// <param name="Id">The number of the job.</param>
/// <param name="Step">What it says.</param>
/// <param name="HeapBytes">The bytes of the heap that the model takes now; where they can be told.</param>
/// <param name="MappedBytes">The bytes of its files that it has mapped now.</param>
/// <param name="Reason">Why it cannot be opened, run or prepared.</param>
/// <param name="IsInPlace">Whether it was opened in place.</param>
internal sealed record WorkerAnswer(
    int Id, WorkerStep Step, long? HeapBytes = null, long? MappedBytes = null, string? Reason = null, bool IsInPlace = false)
{
    /// <summary>Whether the job goes on.</summary>
    public bool IsOnTheWay => Step is WorkerStep.Begun or WorkerStep.Opened;
}
