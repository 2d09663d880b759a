namespace Orleans.Multiplex.Residency.Quarantine;

/// <summary>What a silo asks and tells the others before it opens a model.</summary>
internal interface IQuarantineChannel
{
    /// <summary>Another number whenever a silo has come or gone.</summary>
    long ClusterVersion { get; }

    /// <summary>Sees which silos have been lost; what they had announced that they were opening is quarantined then.</summary>
    void Refresh();

    /// <summary>Tells the others what this silo has announced, and waits until they have heard it.</summary>
    /// <param name="patience">The longest to wait; they are told all the same.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task AnnounceAsync(TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>What the others know of quarantined versions.</summary>
    /// <param name="patience">The longest to wait for one of them, which is left out then.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<QuarantineTable[]> AskAsync(TimeSpan patience, CancellationToken cancellationToken);
}
