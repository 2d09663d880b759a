using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Loading;

/// <summary>Decides how what the store has differs from a resident. A pure function.</summary>
internal static class VersionRule
{
    /// <param name="asked">What the holder names.</param>
    /// <param name="version">The version of the resident.</param>
    /// <param name="tag">The tag of the files from which it was loaded.</param>
    /// <param name="found">What the store has under the name; null for nothing.</param>
    public static VersionChange Decide(ModelKey asked, long version, string tag, ModelManifest? found) => found switch
    {
        null => VersionChange.None,
        _ when found.Version == version => found.Tag == tag ? VersionChange.None : VersionChange.Overwritten,
        _ when asked.Version is null && found.Version > version => VersionChange.Higher,
        _ => VersionChange.None,
    };

    /// <summary>
    /// Whether a change has to be seen by two looks in a row before it is followed. Files come into a store one by one, so what is seen of several
    /// may be half of one version and half of another; a single file is whole whenever it is seen.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="loaded">What the resident was loaded from.</param>
    /// <param name="found">What the store has now.</param>
    /// <param name="modelFile">The file without which a folder is no version; null where any file makes one.</param>
    public static bool MustLast(VersionChange change, ModelManifest loaded, ModelManifest found, string? modelFile) =>
        loaded.Files.Length > 1 || found.Files.Length > 1 || (change == VersionChange.Higher && modelFile is null);
}
