using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Execution;

/// <summary>Another way to open a model that is open.</summary>
/// <param name="Way">The way, as it stands in the log behind "opened": <c>packed</c>.</param>
/// <param name="Memory">What the model takes then.</param>
/// <param name="IsOfSameFile">Whether the same file is mapped, which is no second time in memory.</param>
internal sealed record Reopening(string Way, ModelMemory Memory, bool IsOfSameFile)
{
    /// <summary>What both openings take, while one goes and the other comes.</summary>
    /// <param name="before">What the opening before takes.</param>
    public ModelMemory Beside(ModelMemory before) => new(
        before.HeapBytes + Memory.HeapBytes,
        IsOfSameFile ? Math.Max(before.MappedBytes, Memory.MappedBytes) : before.MappedBytes + Memory.MappedBytes);
}
