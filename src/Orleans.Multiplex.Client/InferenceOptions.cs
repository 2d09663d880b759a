using System.Collections.Immutable;
using Orleans.Multiplex.Calls;

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

    /// <summary>
    /// The place of a request to a model of the store among those that wait for an inference thread of its silo: 1 is the most urgent, and all
    /// from 9 on are the least. Default: 0, which is as 5; not negative. Of equals the first to come is served first.
    /// </summary>
    public int Priority { get; init; }

    /// <summary>
    /// Whether the caller awaits the answer before it does anything else, and calls on a thread of the thread pool: then a short run of a model of this process
    /// may have that thread.
    /// </summary>
    internal bool IsAwaitedAtOnce { get; init; }

    /// <summary>The memory of the inputs, where it may be used again; null where it may not.</summary>
    internal IInputMemory? InputMemory { get; init; }
}
