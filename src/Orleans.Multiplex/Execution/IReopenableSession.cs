namespace Orleans.Multiplex.Execution;

/// <summary>
/// A session that was opened in the way that opens fastest, and can be opened anew in one that runs faster, while the first opening goes on answering.
/// </summary>
internal interface IReopenableSession : IInferenceSession
{
    /// <summary>How it would be opened next; null when there is no better way, or none yet.</summary>
    Reopening? Next { get; }

    /// <summary>
    /// Has somebody told, once, when there is a next way and so much is asked of the model that it pays. It is set anew for the way after that, and when
    /// it was not possible; it then comes again after as much use.
    /// </summary>
    void WhenReopeningPays(Action pays);

    /// <summary>
    /// Opens it in the next way, on the calling thread, and has every run from then on use that. The task completes when the last run on the opening
    /// before it has ended and its memory is free.
    /// </summary>
    /// <exception cref="ModelLoadFailedException">It cannot be opened so; the opening before it goes on.</exception>
    Task ReopenAsync(CancellationToken cancellationToken);
}
