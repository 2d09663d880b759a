namespace Orleans.Multiplex.Storage.Cache;

/// <summary>The right to use the files of a version: until it is disposed they stay where they are, and as they are.</summary>
internal sealed class ArtifactLease(ModelArtifact artifact, Action release) : IDisposable
{
    private Action? _release = release;

    public ModelArtifact Artifact => artifact;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
