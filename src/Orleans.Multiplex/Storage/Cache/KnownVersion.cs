using System.Collections.Immutable;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>A version whose files this process has written or checked. To use it takes a lock and a look at its files, no more.</summary>
internal sealed class KnownVersion
{
    /// <summary>The last use is noted no more often than this.</summary>
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);

    private readonly string _recordPath;
    private readonly ImmutableArray<(string Path, long Length)> _files;
    private readonly ModelArtifact _artifact;
    private readonly TimeProvider _time;
    private long _touchedAt;

    /// <param name="recordPath">Its record.</param>
    /// <param name="folder">The folder of its files.</param>
    /// <param name="manifest">What the store has of it.</param>
    /// <param name="contents">What its files hold.</param>
    /// <param name="time">The clock.</param>
    public KnownVersion(string recordPath, string folder, ModelManifest manifest, ArtifactContents contents, TimeProvider time)
    {
        _recordPath = recordPath;
        _files = [.. manifest.Files.Select(file => (FileNames.Combine(folder, file.Name), file.Length))];
        _artifact = MakeArtifact(folder, manifest, contents);
        _time = time;
        _touchedAt = time.GetTimestamp();
    }

    public static ModelArtifact MakeArtifact(string folder, ModelManifest manifest, ArtifactContents contents) => new(
        manifest.Id,
        manifest.Version,
        manifest.Files.ToImmutableDictionary(static file => file.Name, file => FileNames.Combine(folder, file.Name), StringComparer.Ordinal))
    {
        Contents = contents,
    };

    /// <summary>The right to use it; null when it is not there any more, or not whole.</summary>
    public ArtifactLease? TryLease()
    {
#pragma warning disable CA2000 // It belongs to the lease.
        var shared = FileLock.TryShare(_recordPath);
#pragma warning restore CA2000
        if (shared is null)
        {
            return null;
        }

        // The record of a version that was removed has lost its name, and no other one gets that name.
        if (!File.Exists(_recordPath) || !_files.All(static file => new FileInfo(file.Path) is { Exists: true } there && there.Length == file.Length))
        {
            shared.Dispose();
            return null;
        }

        if (_time.GetElapsedTime(Volatile.Read(ref _touchedAt)) >= TouchInterval)
        {
            Touch();
        }

        return new ArtifactLease(_artifact, shared.Dispose);
    }

    /// <summary>Notes its last use, for all who share the folder.</summary>
    public void Touch()
    {
        Volatile.Write(ref _touchedAt, _time.GetTimestamp());
        NoteUse(TimeSpan.Zero);
    }

    /// <summary>Notes a use that was so long ago, where no later one is noted.</summary>
    public void NoteUse(TimeSpan age)
    {
        try
        {
            var at = _time.GetUtcNow().UtcDateTime - age;
            if (File.GetLastWriteTimeUtc(_recordPath) < at)
            {
                File.SetLastWriteTimeUtc(_recordPath, at);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It was removed, which is found out by whoever wants it.
        }
    }
}
