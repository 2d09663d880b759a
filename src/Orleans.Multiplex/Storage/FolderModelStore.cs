using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Multiplex.Storage;

/// <summary>
/// Models in a folder: <c>{root}/{id}/{version}/…</c>, or <c>{root}/{id}/…</c> for a model without versions, which counts as version 1
/// where no folder <c>1</c> stands beside its files. It is looked at anew for each load, so a model put there is served without a
/// restart.
/// </summary>
internal sealed class FolderModelStore(string root) : IModelStore
{
    private readonly string _root = Path.GetFullPath(root);

    public ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(Find(key, modelFile));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not the message: it has paths of this machine in it, and the error goes to callers.
            throw new StoreUnavailableException(key.ToString(), $"the model's folder cannot be read ({error.GetType().Name}).");
        }
    }

    public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken)
    {
        try
        {
            return Directory.Exists(_root)
                ? new([.. List("", after?.Split('/') ?? [], modelFile, cancellationToken).Take(limit)])
                : throw new StoreUnavailableException("", "the folder of models (Multiplex:Models) does not exist.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException("", $"the folder of models cannot be read ({error.GetType().Name}).");
        }
    }

    public ValueTask<ModelArtifact> FetchAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        cancellationToken.ThrowIfCancellationRequested();
        var folder = FindFolder(ModelFolder(manifest.Id), manifest.Version, HoldsAll)
            ?? throw new ModelNotFoundException(manifest.Key.ToString(), $"Model '{manifest.Key}' has just been removed from the store.");
        return new(new ModelArtifact(
            manifest.Id,
            manifest.Version,
            manifest.Files.ToImmutableDictionary(file => file.Name, file => Path.Combine(folder, file.Name), StringComparer.Ordinal)));

        bool HoldsAll(string candidate) => manifest.Files.All(file => Holds(candidate, file.Name));
    }

    private ModelManifest? Find(ModelKey key, string? modelFile)
    {
        var folder = ModelFolder(key.Id);
        if (!Directory.Exists(folder))
        {
            return Directory.Exists(_root) ? null : throw new StoreUnavailableException(key.ToString(), "the folder of models (Multiplex:Models) does not exist.");
        }

        var versions = FindVersions(folder, modelFile);
        if (versions.IsEmpty || (key.Version is { } asked && !versions.Contains(asked)))
        {
            return null;
        }

        var version = key.Version ?? versions[^1];
        return FindFolder(folder, version, candidate => Holds(candidate, modelFile)) is { } found ? Describe(key.Id, version, versions, found) : null;
    }

    // In the order of the segments, so that what comes before the one to go on after is passed over unread. A link may be a model; what is
    // below it is not looked at, since it may lead back.
    private IEnumerable<ModelListing> List(string parent, ReadOnlyMemory<string> after, string? modelFile, CancellationToken cancellationToken)
    {
        var folders = new DirectoryInfo(ModelFolder(parent)).EnumerateDirectories().OrderBy(static folder => folder.Name, StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var order = after.IsEmpty ? 1 : string.CompareOrdinal(folder.Name, after.Span[0]);
            var id = parent.Length == 0 ? folder.Name : $"{parent}/{folder.Name}";
            if (order < 0 || id.Length > ModelKey.MaxIdLength || !ModelKey.TryParse(folder.Name, out var segment, out _) || segment.Version is not null)
            {
                continue;
            }

            // The model to go on after has been listed; those below it have not.
            if (order > 0 && ModelKey.TryParse(id, out _, out _) && FindVersions(folder.FullName, modelFile) is { IsEmpty: false } versions)
            {
                yield return new ModelListing(id, versions);
            }

            foreach (var below in folder.LinkTarget is null ? List(id, order == 0 ? after[1..] : default, modelFile, cancellationToken) : [])
            {
                yield return below;
            }
        }
    }

    // An id was checked when it became a key: its segments are plain names, so the path stays below the root.
    private string ModelFolder(string id) => Path.Combine(_root, id.Replace('/', Path.DirectorySeparatorChar));

    private static ImmutableArray<long> FindVersions(string folder, string? modelFile)
    {
        var versions = new SortedSet<long>();
        if (Holds(folder, modelFile))
        {
            versions.Add(1);
        }

        foreach (var path in Directory.EnumerateDirectories(folder))
        {
            if (ModelKey.TryParseVersion(Path.GetFileName(path.AsSpan()), out var version) && Holds(path, modelFile))
            {
                versions.Add(version);
            }
        }

        return [.. versions];
    }

    private static string? FindFolder(string folder, long version, Func<string, bool> holds)
    {
        var versioned = Path.Combine(folder, version.ToString(CultureInfo.InvariantCulture));
        return holds(versioned) ? versioned
            : version == 1 && holds(folder) ? folder
            : null;
    }

    private static bool Holds(string folder, string? modelFile) =>
        modelFile is null ? Directory.Exists(folder) && Directory.EnumerateFiles(folder).Any() : File.Exists(Path.Combine(folder, modelFile));

    private static ModelManifest Describe(string id, long version, ImmutableArray<long> versions, string folder)
    {
        // A model without versions may have further models in folders below its own; only its own files are part of it.
        var files = new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).ToImmutableArray();
        var tag = string.Join(
            '|', files.Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks}")));
        return new ModelManifest(id, version, versions, [.. files.Select(file => new ModelFile(file.Name, file.Length))], tag);
    }
}
