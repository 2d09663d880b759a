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
