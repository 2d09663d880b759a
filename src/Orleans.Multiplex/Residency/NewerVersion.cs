using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Residency;

/// <summary>What the store has that is newer than a resident, and what became of it so far.</summary>
/// <param name="Version">The version.</param>
/// <param name="Tag">The tag of its files: with another one it is something else, with a past of its own.</param>
/// <param name="State">What became of it.</param>
/// <param name="Reason">Why it is not there yet.</param>
/// <param name="Attempts">How often in a row it was tried.</param>
/// <param name="TriedAt">When it was tried last, as a timestamp of the silo's clock.</param>
/// <param name="Pause">How long it is left alone after that.</param>
internal sealed record NewerVersion(long Version, string Tag, NewerVersionState State, string Reason, int Attempts, long TriedAt, TimeSpan Pause)
{
    /// <summary>Why it is not there yet, by its kind; null while it is tried for the first time.</summary>
    public LoadFailureKind? Failure { get; init; }

    public bool IsOf(ModelManifest found) => Version == found.Version && Tag == found.Tag;

    public TimeSpan GetRemaining(TimeProvider time) =>
        Pause - time.GetElapsedTime(TriedAt) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    public NewerVersionReport Report(TimeProvider time) =>
        new(Version, State, Reason, Attempts, State == NewerVersionState.Loading ? null : GetRemaining(time));
}
