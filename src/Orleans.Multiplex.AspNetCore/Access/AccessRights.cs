namespace Orleans.Multiplex.AspNetCore;

/// <summary>What the holder of an API key may do. No right includes another one.</summary>
[Flags]
public enum AccessRights
{
    /// <summary>Nothing but what everybody may: ask whether the server runs.</summary>
    None = 0,

    /// <summary>Run models.</summary>
    Infer = 1,

    /// <summary>See which models there are, what they take and give, and what is where.</summary>
    Read = 2,

    /// <summary>Load, unload and pin models.</summary>
    Operate = 4,
}
