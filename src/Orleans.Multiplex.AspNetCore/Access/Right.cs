namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>What an endpoint lets its caller do, and so what the caller must be allowed to.</summary>
internal enum Right
{
    /// <summary>Learn whether the server runs, or that there is nothing here: for everybody, from anywhere.</summary>
    Probe = AccessRights.None,

    /// <summary>Run models.</summary>
    Infer = AccessRights.Infer,

    /// <summary>See which models there are, and what is where.</summary>
    Read = AccessRights.Read,

    /// <summary>Load, unload and pin models.</summary>
    Operate = AccessRights.Operate,
}
