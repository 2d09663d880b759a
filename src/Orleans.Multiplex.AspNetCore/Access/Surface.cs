namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>What an endpoint is part of.</summary>
internal enum Surface
{
    /// <summary>What programs ask over HTTP.</summary>
    Http,

    /// <summary>What programs ask over gRPC.</summary>
    Rpc,

    /// <summary>Pages, and what they ask.</summary>
    Pages,
}
