namespace Orleans.Multiplex.Benchmarks.Serving.Models;

/// <summary>What requests are written in.</summary>
internal enum Wire
{
    /// <summary>HTTP/1.1, the numbers as raw bytes behind the JSON.</summary>
    Binary,

    /// <summary>HTTP/1.1, all of it JSON.</summary>
    Json,

    /// <summary>gRPC with raw contents.</summary>
    Grpc,
}
