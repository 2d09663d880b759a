namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>What an endpoint lets its caller do, and so what the caller must be allowed to.</summary>
internal enum Right
{
    /// <summary>Learn whether the server runs, or that there is nothing here: for everybody, from anywhere.</summary>
    Probe = AccessRights.None,

    /// <summary>
    /// Read what can be asked: the OpenAPI document and its page. Without keys like a read. With keys for everybody, from anywhere: a browser that opens a
    /// page sends no key, and neither tells anything of the cluster or its models. No key has it as a right.
    /// </summary>
    Document = -1,

    /// <summary>Run models.</summary>
    Infer = AccessRights.Infer,

    /// <summary>See which models there are, and what is where.</summary>
    Read = AccessRights.Read,

    /// <summary>Load, unload and pin models.</summary>
    Operate = AccessRights.Operate,
}
