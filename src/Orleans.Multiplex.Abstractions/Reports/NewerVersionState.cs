namespace Orleans.Multiplex;

/// <summary>What became of the newer version of a model that the store has, or of its newer content.</summary>
public enum NewerVersionState
{
    /// <summary>It is loaded beside the one that answers.</summary>
    Loading,

    /// <summary>There is no room for it beside the one that answers, which goes on until there is (<c>Multiplex:Versions:WithoutRoom</c>).</summary>
    Postponed,

    /// <summary>It cannot be loaded; the one that answers goes on.</summary>
    Failed,
}
