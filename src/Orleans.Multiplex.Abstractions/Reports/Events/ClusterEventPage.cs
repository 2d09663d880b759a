using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>Events of all silos that answered, and where to go on.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.ClusterEventPage")]
public sealed record ClusterEventPage
{
    /// <summary>The events, in the order of their times; those of one silo in the order in which they happened.</summary>
    [Id(0)]
    public required ImmutableArray<ClusterEvent> Events { get; init; }

    /// <summary>What to give as <c>after</c> for the events that follow. Opaque; it holds good at every silo.</summary>
    [Id(1)]
    public required string Position { get; init; }

    /// <summary>Whether more are there already.</summary>
    [Id(2)]
    public required bool HasMore { get; init; }
}
