using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Multiplex.Storage;

/// <summary>What a store has under the key of a model: one version of it.</summary>
/// <param name="Id">The model's id.</param>
/// <param name="Version">The version found.</param>
/// <param name="Versions">All versions of the model that the store has, lowest first.</param>
/// <param name="Files">The files of the version found.</param>
/// <param name="Tag">Changes when any file of the version changes.</param>
public sealed record ModelManifest(
    string Id, long Version, ImmutableArray<long> Versions, ImmutableArray<ModelFile> Files, string Tag)
{
    /// <summary>The key of the version found.</summary>
    public ModelKey Key => ModelKey.Create(Id, Version);

    /// <summary>
    /// The folder of its files, from the root of the store: that of the version, or that of the model itself for files that stand beside the
    /// folders of the versions.
    /// </summary>
    public string Folder { get; init; } = string.Create(CultureInfo.InvariantCulture, $"{Id}/{Version}");
}
