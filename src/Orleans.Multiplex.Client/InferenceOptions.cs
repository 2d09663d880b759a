using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>What one call may ask for beyond its inputs.</summary>
public sealed record InferenceOptions
{
    /// <summary>The outputs wanted, in the order wanted. Default: all, in the model's order.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>
    /// The time allowed, loading included. Default: <see cref="MultiplexClientOptions.RequestTimeout"/>; above zero, at most
    /// <see cref="MultiplexClientOptions.MaxRequestTimeout"/>.
    /// </summary>
    public TimeSpan? Timeout { get; init; }
}
