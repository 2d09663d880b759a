using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Execution;

/// <summary>
/// A session that was opened in the way that opens fastest, and can be opened anew in one that runs faster and takes more memory, while the first goes
/// on answering.
/// </summary>
internal interface IPackableSession : IInferenceSession
{
    /// <summary>What it takes packed, the first opening not included.</summary>
    ModelMemory PackedMemory { get; }

    /// <summary>
    /// Has somebody told, once, when so much is asked of the model that packing pays. It may be set anew when packing was not possible, and then comes
    /// again after as much use.
    /// </summary>
    void WhenPackingPays(Action pays);

    /// <summary>
    /// Opens it packed, on the calling thread, and has every run from then on use that. The task completes when the last run on the first opening has
    /// ended and its memory is free.
    /// </summary>
    /// <exception cref="ModelLoadFailedException">It cannot be opened so; the first opening goes on.</exception>
    Task PackAsync(CancellationToken cancellationToken);
}
