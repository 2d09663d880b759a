using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>Where one model is and why, across the cluster.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.ModelReport")]
public sealed record ModelReport
{
    /// <summary>The model that was asked about: <c>id</c> or <c>id@version</c>.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>Where it is resident or being loaded.</summary>
    [Id(1)]
    public required ImmutableArray<ModelLocation> Locations { get; init; }

    /// <summary>The last decisions on where to place it, newest first.</summary>
    [Id(2)]
    public required ImmutableArray<PlacementReport> Placements { get; init; }

    /// <summary>The failures that are remembered, newest first.</summary>
    [Id(3)]
    public required ImmutableArray<LoadFailureReport> Failures { get; init; }

    /// <summary>What last happened to it, newest first: loads, evictions, refusals and why. A few of each silo.</summary>
    [Id(4)]
    public ImmutableArray<ClusterEvent> Events { get; init; } = [];

    /// <summary>Where the time of its last requests went, on each silo that answered some.</summary>
    [Id(5)]
    public ImmutableArray<ModelLatency> Latencies { get; init; } = [];
}
