using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Loading;

/// <summary>How what the store has under a name differs from the resident that answers under it.</summary>
internal enum VersionChange
{
    /// <summary>It does not, or the resident stays all the same: what is taken out of the store goes on serving until it is unloaded.</summary>
    None,

    /// <summary>The same version has other files: whoever holds the resident goes on with those.</summary>
    Overwritten,

    /// <summary>There is a higher version: who named none goes on with that, who named one stays.</summary>
    Higher,
}

/// <summary>Decides on it. A pure function.</summary>
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
