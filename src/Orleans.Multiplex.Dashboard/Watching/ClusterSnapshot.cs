using System.Collections.Immutable;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>The cluster as pages show it.</summary>
internal sealed record ClusterSnapshot
{
    /// <summary>Nothing is known yet.</summary>
    public static ClusterSnapshot Empty { get; } = new();

    /// <summary>What each silo holds; default before the first answer.</summary>
    public ImmutableArray<SiloResidency> Silos { get; init; }

    /// <summary>What each silo counted in the last quarter of an hour.</summary>
    public ImmutableArray<SiloHistory> History { get; init; } = [];

    /// <summary>The end of the last slot of the history.</summary>
    public DateTimeOffset HistoryEnd { get; init; }

    /// <summary>The last events, newest first.</summary>
    public ImmutableList<ClusterEvent> Events { get; init; } = [];

    /// <summary>Why the cluster could not be asked the last time; null when it could.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether the cluster has answered yet.</summary>
    public bool IsKnown => !Silos.IsDefault;
}
