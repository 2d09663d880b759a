namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>The states of the repository index, as the protocol writes them.</summary>
internal static class IndexStates
{
    public static string GetProtocolName(this ModelIndexState state) => state switch
    {
        ModelIndexState.Ready => "READY",
        ModelIndexState.Loading => "LOADING",
        ModelIndexState.Unloading => "UNLOADING",
        _ => "UNAVAILABLE",
    };
}
