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
}
