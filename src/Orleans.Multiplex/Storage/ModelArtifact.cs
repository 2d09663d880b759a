using System.Collections.Immutable;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.Storage;

/// <summary>
/// A model as its loader gets it: its id, its version, and its files on this machine where the class takes its models from the store
/// (<see cref="ModelSource.Store"/>). The files stay until the load ends; what is needed longer is read or opened by then.
/// </summary>
public sealed class ModelArtifact
{
    private readonly ImmutableDictionary<string, string> _paths;

    /// <summary>Makes an artifact.</summary>
    /// <param name="id">The model's id.</param>
    /// <param name="version">The version; null for a model that has none.</param>
    /// <param name="paths">The local path of each file, by its name; empty for a model without files.</param>
    public ModelArtifact(string id, long? version, ImmutableDictionary<string, string> paths)
    {
        Id = id;
        Version = version;
        _paths = paths;
    }

    internal static ModelArtifact WithoutFiles(string id, long? version) => new(id, version, ImmutableDictionary<string, string>.Empty);

    /// <summary>The model's id.</summary>
    public string Id { get; }

    /// <summary>The version to load; null when the request asked for none and the class does not take its models from a store.</summary>
    public long? Version { get; }

    /// <summary>What its files hold; null where they do not come out of the cache.</summary>
    internal ArtifactContents? Contents { get; init; }

    /// <summary>The names of the files, relative to the model's folder.</summary>
    public IEnumerable<string> Files => _paths.Keys;

    /// <summary>The local path of a file.</summary>
    /// <param name="name">The file's name relative to the model's folder, with <c>/</c> between segments.</param>
    /// <exception cref="ModelLoadFailedException">The model has no file of this name; the message lists those that it has.</exception>
    public string GetPath(string name) =>
        _paths.TryGetValue(name, out var path)
            ? path
            : throw new ModelLoadFailedException(Id, _paths.IsEmpty
                ? $"it has no files, so there is no '{name}'. Set Source = ModelSource.Store on the class, and Multiplex:Models to the store."
                : $"there is no file '{name}' among its files: {string.Join(", ", _paths.Keys.Order(StringComparer.Ordinal))}.");

    /// <summary>Opens a file for reading.</summary>
    /// <inheritdoc cref="GetPath" path="/param|/exception"/>
    public Stream OpenRead(string name) =>
        new FileStream(GetPath(name), FileMode.Open, FileAccess.Read, FileShare.Read, 4096, FileOptions.Asynchronous | FileOptions.SequentialScan);
}
