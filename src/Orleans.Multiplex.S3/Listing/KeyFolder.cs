using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.S3.Listing;

/// <summary>
/// The folders that keys stand for, and what models they hold, by the rules of <see cref="StoreLayout"/>. Keys are data: what can be no model and
/// no file of one is passed over.
/// </summary>
internal sealed class KeyFolder
{
    /// <summary>The longest name of a file on the disks that files are brought to.</summary>
    private const int MaxNameBytes = 255;

    private readonly SortedDictionary<string, KeyFolder> _folders = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ModelFile> _files = new(StringComparer.Ordinal);

    /// <summary>Puts in an object.</summary>
    public void Add(StoredObject stored)
    {
        var segments = stored.Path.Split('/');
        var name = segments[^1];
        if (!IsFileName(name) || segments.Length > ModelKey.MaxIdLength || !Array.TrueForAll(segments[..^1], static segment => StoreLayout.MayHoldModels("", segment)))
        {
            return;
        }

        var folder = this;
        foreach (var segment in segments[..^1])
        {
            if (!folder._folders.TryGetValue(segment, out var below))
            {
                folder._folders[segment] = below = new KeyFolder();
            }

            folder = below;
        }

        folder._files[name] = new ModelFile(name, stored.Length, stored.ETag);
    }

    /// <summary>A folder below this one, or this one for an empty path; null when there is none.</summary>
    public KeyFolder? FindBelow(string path)
    {
        var folder = this;
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            folder = folder?._folders.GetValueOrDefault(segment);
        }

        return folder;
    }

    /// <summary>The model that this folder is, in the version that the key asks for; null when it is none, or has no such version.</summary>
    public ModelManifest? Find(ModelKey key, string? modelFile)
    {
        var versions = FindVersions(modelFile);
        if (versions.IsEmpty || (key.Version is { } asked && !versions.Contains(asked)))
        {
            return null;
        }

        var version = key.Version ?? versions[^1];
        var name = version.ToString(CultureInfo.InvariantCulture);
        var isBelow = _folders.TryGetValue(name, out var below) && below.Holds(modelFile);
        ImmutableArray<ModelFile> files = [.. (isBelow ? below! : this)._files.Values];
        return new ModelManifest(key.Id, version, versions, files, StoreLayout.TagOf(files)) { Folder = isBelow ? $"{key.Id}/{name}" : key.Id };
    }

    /// <summary>The versions of the model that this folder is, lowest first; none when it is no model.</summary>
    public ImmutableArray<long> FindVersions(string? modelFile)
    {
        var versions = new SortedSet<long>();
        if (Holds(modelFile))
        {
            versions.Add(1);
        }

        foreach (var (name, folder) in _folders)
        {
            if (ModelKey.TryParseVersion(name, out var version) && folder.Holds(modelFile))
            {
                versions.Add(version);
            }
        }

        return [.. versions];
    }

    /// <summary>The models that this folder and those below it are, each before those below it.</summary>
    /// <param name="id">The folder, from the root of the store; empty for the root, which is no model.</param>
    /// <param name="modelFile">The file that a folder must hold to be a version; null when any file will do.</param>
    public IEnumerable<ModelListing> List(string id, string? modelFile)
    {
        if (StoreLayout.IsModel(id) && FindVersions(modelFile) is { IsEmpty: false } versions)
        {
            yield return new ModelListing(id, versions);
        }

        foreach (var (name, folder) in _folders)
        {
            if (StoreLayout.Below(id, name) is { Length: <= ModelKey.MaxIdLength } below)
            {
                foreach (var model in folder.List(below, modelFile))
                {
                    yield return model;
                }
            }
        }
    }

    // An object whose key ends in a slash, as some programs make for an empty folder, has no name.
    private static bool IsFileName(string name) =>
        name is not ("" or "." or "..")
        && !name.Any(static c => char.IsControl(c) || c == '\\')
        && Encoding.UTF8.GetByteCount(name) <= MaxNameBytes;

    private bool Holds(string? modelFile) => modelFile is null ? _files.Count > 0 : _files.ContainsKey(modelFile);
}
