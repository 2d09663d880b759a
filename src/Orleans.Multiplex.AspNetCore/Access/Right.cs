namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>What an endpoint lets its caller do, and so what the caller must be allowed to.</summary>
internal enum Right
{
    /// <summary>Learn whether the server runs: for probes, from anywhere.</summary>
    Probe,

    /// <summary>Run models.</summary>
    Infer,

    /// <summary>See which models there are, and what is where.</summary>
    Read,

    /// <summary>Load, unload and pin models.</summary>
    Operate,
}
