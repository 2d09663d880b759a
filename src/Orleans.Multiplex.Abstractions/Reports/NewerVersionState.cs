namespace Orleans.Multiplex;

/// <summary>What became of the newer version of a model that the store has, or of its newer content.</summary>
public enum NewerVersionState
{
    /// <summary>It is loaded beside the one that answers.</summary>
    Loading,

    /// <summary>
    /// There is no room for it beside the one that answers (<c>Multiplex:Versions:WithoutRoom</c>), or the store does not give its files just now. The
    /// one that answers goes on, and it is tried again.
    /// </summary>
    Postponed,

    /// <summary>It cannot be loaded; the one that answers goes on.</summary>
    Failed,
}
