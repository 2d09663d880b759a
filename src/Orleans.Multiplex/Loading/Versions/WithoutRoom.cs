namespace Orleans.Multiplex.Loading;

/// <summary>What is done with a newer version for which there is no room beside the one that answers.</summary>
public enum WithoutRoom
{
    /// <summary>The one that answers goes on; it is tried again at the next look at the store.</summary>
    Postpone,

    /// <summary>The one that answers is unloaded as soon as no request uses it; the next request loads the newer one, and waits for that.</summary>
    SwapCold,
}
